import type { Panel } from '../grafana.ts';
import type { Series } from '../query.ts';

/** All that a panel is drawn from. */
export interface Drawing {
  readonly panel: Panel;
  readonly series: readonly Series[];
  readonly from: number;
  readonly to: number;
  /** Pixels inside the panel. */
  readonly width: number;
  readonly height: number;
  /** Times at which an annotation stands. */
  readonly marks: readonly { readonly time: number; readonly color: string }[];
}
