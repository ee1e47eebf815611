/** The author of an operation, as far as it is known. */
export interface Actor {
  readonly by: string | undefined;
  readonly onBehalfOf: string | undefined;
  readonly reason: string | undefined;
}
