/** Output of `--watch`. */
export interface Display {
  readonly begin: () => void;
  readonly draw: (text: string) => void;
  /** Reports that the service does not respond. */
  readonly drawError: (message: string) => void;
  readonly end: () => void;
}
