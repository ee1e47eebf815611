/** Whom an alert is about, which decides the variables of the link to its dashboard. */
export type Subject = 'replica' | 'policy' | 'dependency' | 'job';

export interface Alert {
  readonly name: string;
  readonly severity: 'critical' | 'warning' | 'info';
  readonly about: Subject;
  readonly expr: string;
  /** Documented seconds that `expr` must hold; none where it looks back over a window of its own. */
  readonly forSeconds?: number;
  readonly summary: string;
  /** With the measured value, the limit and the window. */
  readonly description: string;
}

export interface Recording {
  readonly record: string;
  readonly expr: string;
}

export interface RuleGroup<Rule extends Alert | Recording = Alert | Recording> {
  readonly name: string;
  /** Documented seconds between two evaluations; Prometheus' own choice if there are none. */
  readonly intervalSeconds?: number;
  readonly rules: readonly Rule[];
}
