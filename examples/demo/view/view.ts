import type { Audit } from '../demo.ts';

/** Shows the demo. */
export interface View {
  /** Runs when the phases have ended or were interrupted. */
  end(): void;
  showSummary(audits: readonly Audit[]): void;
}
