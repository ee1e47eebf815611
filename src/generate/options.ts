import { NAMINGS, type Naming } from '../semconv/prometheus.ts';
import { type Limits, limitsOf, type Thresholds } from './limits.ts';

export interface GenerateOptions {
  /**
   * The road by which the metrics come to Prometheus, which decides their names there.
   * @default 'prometheus-exporter'
   */
  readonly naming?: Naming;
  /**
   * Documented thresholds to be others, by their name and unit.
   * @example { 'timeouts.ratio': 0.1, 'latency.seconds': 1 }
   */
  readonly thresholds?: Thresholds;
  /**
   * The label that says which service a series is of.
   * @default 'job'
   */
  readonly jobLabel?: string;
  /**
   * The label that says which replica of a service a series is of.
   * @default 'instance'
   */
  readonly instanceLabel?: string;
  /**
   * Seconds between two samples of a series: the scrape interval, or the push interval of OTLP.
   * Windows of alert rules are made to hold the samples that they need.
   * @default 15, and 60 where the naming is one of OTLP, whose SDKs push every 60 s
   */
  readonly scrapeInterval?: number;
  /**
   * Divides every documented window and time in a state, and the default `scrapeInterval`: for demos
   * and for tests in real time, where 5 min are 15 s at 20. Durations of calls are not divided.
   * @default 1
   */
  readonly timeScale?: number;
  /**
   * Where the runbooks are; the runbook of an alert is `<runbookBase>/<name of the alert>.md`.
   * @default 'docs/runbooks', their place in this package's repository
   */
  readonly runbookBase?: string;
  /**
   * Where Grafana is.
   * @default 'http://localhost:3000', where Grafana is unless it is told otherwise
   */
  readonly dashboardBase?: string;
}

export interface Settings extends Required<Omit<GenerateOptions, 'thresholds'>> {
  readonly limits: Limits;
}

/** @throws TypeError naming the option, what was expected and what came */
export function settingsOf(options: GenerateOptions): Settings {
  const {
    naming = 'prometheus-exporter',
    thresholds = {},
    jobLabel = 'job',
    instanceLabel = 'instance',
    timeScale = 1,
    scrapeInterval = (naming === 'prometheus-exporter' ? 15 : 60) / timeScale,
    runbookBase = 'docs/runbooks',
    dashboardBase = 'http://localhost:3000',
  } = options;
  if (!NAMINGS.includes(naming)) throw expected('naming', `one of ${NAMINGS.join(', ')}`, naming);
  assertLabel('jobLabel', jobLabel);
  assertLabel('instanceLabel', instanceLabel);
  assertPositive('timeScale', timeScale);
  assertPositive('scrapeInterval', scrapeInterval);
  return {
    naming,
    limits: limitsOf(thresholds),
    jobLabel,
    instanceLabel,
    timeScale,
    scrapeInterval,
    runbookBase: base('runbookBase', runbookBase),
    dashboardBase: base('dashboardBase', dashboardBase),
  };
}

/** As OpenTelemetry or Prometheus has it: dots become what they become on the road. */
function assertLabel(option: string, label: string): void {
  if (typeof label !== 'string' || !/^[a-zA-Z_][\w.]*$/.test(label)) {
    throw expected(option, 'the name of a label', label);
  }
}

function assertPositive(option: string, value: number): void {
  if (!Number.isFinite(value) || value <= 0) throw expected(option, 'a number above 0', value);
}

/** A URL to which a slash and a path can be added. */
function base(option: string, url: string): string {
  if (typeof url !== 'string' || url.trim() === '') throw expected(option, 'a URL', url);
  return url.replace(/\/+$/, '');
}

function expected(option: string, what: string, got: unknown): TypeError {
  const value = typeof got === 'string' ? JSON.stringify(got) : String(got);
  return new TypeError(`Expected \`options.${option}\` to be ${what}, got ${value}`);
}
