/** An answer as it is shown. */
export interface View {
  /** The answer in one sentence. */
  readonly summary: string;
  /** Lines of a table, none where there is nothing in it. */
  readonly lines: readonly string[];
  /** The answer itself. */
  readonly json: unknown;
  /** Whether something is found that ends the command with 1. */
  readonly found: boolean;
}
