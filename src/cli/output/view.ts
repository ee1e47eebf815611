/** A response, formatted. */
export interface View {
  /** One sentence. */
  readonly summary: string;
  /** The lines of a table, none if it has no rows. */
  readonly lines: readonly string[];
  /** The response itself. */
  readonly json: unknown;
  /** Whether the command exits with 1. */
  readonly hasProblem: boolean;
}
