/** Whom an alert is about, which decides the variables of the link to its dashboard. */
export type Subject = 'replica' | 'policy' | 'jobs' | 'dependency' | 'job';

export type Severity = 'critical' | 'warning' | 'info';

export interface Alert {
  readonly name: string;
  readonly severity: Severity;
  /** Labels beside the severity, where several rules have one name. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly subject: Subject;
  readonly expr: string;
  /** Documented seconds that `expr` must hold; none where it looks back over a window of its own. */
  readonly forSeconds?: number;
  /** Documented seconds that the alert goes on after `expr` holds no more. */
  readonly keepFiringSeconds?: number;
  readonly summary: string;
  /** One sentence with the measured value and the window, without its full stop. */
  readonly description: string;
  /** The limit of the measured value. */
  readonly limit?: string;
  /** A further sentence of the description. */
  readonly advice?: string;
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
