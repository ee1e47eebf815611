/** The subject of an alert. It decides which variables the link to the dashboard sets. */
export type Subject = 'replica' | 'policy' | 'jobs' | 'dependency' | 'job';

export type Severity = 'critical' | 'warning' | 'info';

export interface Alert {
  readonly name: string;
  readonly severity: Severity;
  /** Further labels, where several rules share a name. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly subject: Subject;
  readonly expr: string;
  /** Seconds that `expr` must be true before the alert fires. */
  readonly forSeconds?: number;
  /** Seconds that the alert keeps firing after `expr` is no longer true. */
  readonly keepFiringSeconds?: number;
  readonly summary: string;
  /** One sentence with the measured value and the window, without the final period. */
  readonly description: string;
  /** The limit of the measured value. */
  readonly limit?: string;
  /** A second sentence of the description. */
  readonly advice?: string;
}

export interface Recording {
  readonly record: string;
  readonly expr: string;
}

export interface RuleGroup<Rule extends Alert | Recording = Alert | Recording> {
  readonly name: string;
  /** Seconds between two evaluations; by default the interval of the Prometheus. */
  readonly intervalSeconds?: number;
  readonly rules: readonly Rule[];
}
