/** What the command ends with; `docs/cli.md` tells it. */
export const EXIT_CODES = {
  fine: 0,
  /** Something is open or not well, or what was asked for could not be done. */
  found: 1,
  misuse: 2,
  /** The service does not answer, refuses, or is another. */
  noAnswer: 3,
} as const;

/** What is told in a sentence, and ends the command with this code. */
export class CliError extends Error {
  readonly code: number;

  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}
