import type { Audit, Demo } from '../demo.ts';

/** How the demo shows itself. */
export interface View {
  /** The story is told, or was interrupted. */
  end(): void;
  summarise(audits: readonly Audit[]): void;
}

export type MakeView = (demo: Demo) => View;
