import { NAMINGS, type Naming } from '../semconv/prometheus.ts';

export interface GenerateOptions {
  /**
   * The road by which the metrics come to Prometheus, which decides their names there.
   * @default 'prometheus-exporter'
   */
  readonly naming?: Naming;
  /**
   * Seconds between two samples of a series: the scrape interval, or the push interval of OTLP.
   * Windows of alert rules are made to hold the samples that they need.
   * @default 15, and 60 where the naming is one of OTLP, whose SDKs push every 60 s
   */
  readonly scrapeInterval?: number;
  /**
   * Divides every documented window and time limit, and the default `scrapeInterval`: for demos
   * and for tests in real time, where 5 min are 15 s at 20.
   * @default 1
   */
  readonly timeScale?: number;
  /**
   * Where the runbooks are; the runbook of an alert is `<runbookUrl>/<name of the alert>.md`.
   * @default 'docs/runbooks', their place in this package's repository
   */
  readonly runbookUrl?: string;
  /**
   * Where Grafana is.
   * @default 'http://localhost:3000', where Grafana is unless it is told otherwise
   */
  readonly dashboardUrl?: string;
}

export type Settings = Required<GenerateOptions>;

/** @throws TypeError naming the option, what was expected and what came */
export function settingsOf(options: GenerateOptions): Settings {
  const {
    naming = 'prometheus-exporter',
    timeScale = 1,
    scrapeInterval = (naming === 'prometheus-exporter' ? 15 : 60) / timeScale,
    runbookUrl = 'docs/runbooks',
    dashboardUrl = 'http://localhost:3000',
  } = options;
  if (!NAMINGS.includes(naming)) throw expected('naming', `one of ${NAMINGS.join(', ')}`, naming);
  assertPositive('timeScale', timeScale);
  assertPositive('scrapeInterval', scrapeInterval);
  return {
    naming,
    timeScale,
    scrapeInterval,
    runbookUrl: base('runbookUrl', runbookUrl),
    dashboardUrl: base('dashboardUrl', dashboardUrl),
  };
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
