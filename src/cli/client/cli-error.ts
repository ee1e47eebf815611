/** Exit codes of the command, as `docs/cli.md` lists them. */
export const EXIT_CODES = {
  ok: 0,
  /** A circuit is open, the service is not healthy, or an action was not possible. */
  problem: 1,
  misuse: 2,
  /** The service does not respond, rejects the request, or is not the expected one. */
  noResponse: 3,
} as const;

/** An error that the command prints as one sentence before it exits with `code`. */
export class CliError extends Error {
  readonly code: number;

  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}
