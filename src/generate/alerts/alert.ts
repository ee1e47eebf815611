export interface Alert {
  readonly name: string;
  readonly severity: 'critical' | 'warning' | 'info';
  readonly expr: string;
  /** How long `expr` must hold; none where it looks back over a window of its own. */
  readonly for?: string;
  readonly summary: string;
  /** With the measured value, the limit and the window. */
  readonly description: string;
  /** The uid of the dashboard to look at. */
  readonly dashboard: string;
}

export interface AlertGroup {
  readonly name: string;
  readonly alerts: readonly Alert[];
}
