import { NAMINGS, type Naming } from '../../semconv/prometheus.ts';
import { type Limits, resolveLimits, resolvePolicyLimits, type Thresholds } from './limits.ts';
import { optionError } from './option-error.ts';
import { PUBLISHED_RUNBOOKS } from './runbook-url.ts';
import type { Format, What } from './selection.ts';

/**
 * Options of `generate`.
 *
 * @example
 * const options: GenerateOptions = { what: 'rules', format: 'mimir', groupLabels: ['cluster', 'job'] };
 */
export interface GenerateOptions {
  /**
   * One or several parts: `dashboards` (or `fleet`, `policy`), `rules` (or `alerts`,
   * `recording-rules`), `alertmanager`.
   * @default dashboards and rules, or the parts of `format`
   */
  readonly what?: What | readonly What[];
  /**
   * One or several formats. Dashboards: `classic`, `configmap`, `provisioning`. Rules: `prometheus`,
   * `prometheus-rule`, `mimir`, `grafana`.
   * @default `classic` for dashboards, `prometheus` for rules
   */
  readonly format?: Format | readonly Format[];
  /**
   * The translation strategy that decides the metric names in Prometheus.
   * @default 'prometheus-exporter'
   */
  readonly naming?: Naming;
  /**
   * Limits that differ from the defaults, for all policies or for one.
   * @default {}
   * @example { 'timeouts.ratio': 0.1, 'latency.seconds': 1, 'latency.seconds{policy="llm"}': 30 }
   */
  readonly thresholds?: Thresholds;
  /**
   * The label of the service.
   * @default 'job'
   */
  readonly jobLabel?: string;
  /**
   * The labels that together identify a service, including the job: in rules, dashboard variables,
   * links, and routes and inhibitions of Alertmanager.
   * @default [jobLabel]
   * @example ['cluster', 'namespace', 'job']
   */
  readonly groupLabels?: readonly string[];
  /**
   * The label of a replica of the service.
   * @default 'instance'
   */
  readonly instanceLabel?: string;
  /**
   * The prefix of every metric name, such as the option `namespace` of the Prometheus exporter of a
   * Collector.
   * @default ''
   */
  readonly metricPrefix?: string;
  /**
   * How Prometheus stores the histograms that rules read: as a series for each bucket (`classic`) or as
   * `native` histograms. Dashboards read classic histograms.
   * @default 'classic'
   */
  readonly histograms?: 'classic' | 'native';
  /**
   * Names of alerts to omit.
   * @default []
   * @example ['ResilienceMetricsAbsent']
   */
  readonly without?: readonly string[];
  /**
   * Seconds between two samples of a series: the scrape interval, or the push interval of OTLP.
   * Windows of rules are long enough for the samples that they need.
   * @default 15, or 60 for an OTLP naming, because SDKs push every 60 s
   */
  readonly scrapeInterval?: number;
  /**
   * Divides every window, every time limit and the default `scrapeInterval`, for demos and tests: at 20
   * the 5 min are 15 s. Durations of calls are not divided.
   * @default 1
   */
  readonly timeScale?: number;
  /**
   * The base URL of the runbooks: an alert links to `<runbookBase>/<alert name>.md`.
   * @default the runbooks of this version on the jsDelivr CDN,
   * `https://cdn.jsdelivr.net/npm/cockatiel-otel@<version>/docs/runbooks`
   */
  readonly runbookBase?: string;
  /**
   * The URL of Grafana, for links from alerts to dashboards.
   * @default none, so alerts have no link to a dashboard
   */
  readonly dashboardBase?: string;
  /**
   * A suffix for the uids of dashboards, so that one Grafana can hold dashboards of several namings:
   * `otlp` results in `resilience-fleet-otlp` and `resilience-policy-otlp`.
   * @default ''
   */
  readonly uidSuffix?: string;
  /**
   * The uid of the Prometheus data source for Grafana-managed alerts. Dashboards have a variable for it.
   * @default 'prometheus'
   */
  readonly datasourceUid?: string;
  /**
   * Additional labels of Kubernetes objects (`configmap`, `prometheus-rule`), by which an operator or a
   * sidecar selects them.
   * @default {}
   * @example { release: 'kube-prometheus-stack' }
   */
  readonly labels?: Readonly<Record<string, string>>;
}

export interface GenerateSettings
  extends Required<Omit<GenerateOptions, 'thresholds' | 'what' | 'format' | 'dashboardBase'>> {
  readonly dashboardBase: string | undefined;
  readonly limits: Limits;
  /** The limits of each policy with own thresholds. */
  readonly policyLimits: ReadonlyMap<string, Limits>;
}

/** Prometheus looks back 5 min for a sample; windows need four samples. */
const MAX_SCRAPE_SECONDS = 75;

const OPTIONS = [
  'what',
  'format',
  'naming',
  'thresholds',
  'jobLabel',
  'groupLabels',
  'instanceLabel',
  'metricPrefix',
  'histograms',
  'without',
  'scrapeInterval',
  'timeScale',
  'runbookBase',
  'dashboardBase',
  'uidSuffix',
  'datasourceUid',
  'labels',
] as const satisfies readonly (keyof GenerateOptions)[];

/**
 * A misspelled option must not generate the defaults.
 *
 * @throws TypeError that names the option and all options
 */
export function assertOptions(options: GenerateOptions): void {
  const unknown = Object.keys(options).find((name) => !OPTIONS.some((known) => known === name));
  if (unknown === undefined) return;
  throw new TypeError(
    `Expected options of generate, which are ${OPTIONS.join(', ')}; got ${JSON.stringify(unknown)}`,
  );
}

/** @throws TypeError that names the option, the expected and the received value */
export function resolveGenerateSettings(options: GenerateOptions): GenerateSettings {
  const {
    naming = 'prometheus-exporter',
    thresholds = {},
    jobLabel = 'job',
    groupLabels = [jobLabel],
    instanceLabel = 'instance',
    metricPrefix = '',
    histograms = 'classic',
    without = [],
    timeScale = 1,
    scrapeInterval = (naming === 'prometheus-exporter' ? 15 : 60) / timeScale,
    runbookBase = PUBLISHED_RUNBOOKS,
    dashboardBase,
    uidSuffix = '',
    datasourceUid = 'prometheus',
    labels = {},
  } = options;
  if (!NAMINGS.includes(naming))
    throw optionError('naming', `one of ${NAMINGS.join(', ')}`, naming);
  assertLabel('jobLabel', jobLabel);
  assertLabel('instanceLabel', instanceLabel);
  for (const label of groupLabels) assertLabel('groupLabels', label);
  if (!groupLabels.includes(jobLabel)) {
    throw optionError('groupLabels', `labels that include jobLabel (${jobLabel})`, groupLabels);
  }
  if (instanceLabel === jobLabel || groupLabels.includes(instanceLabel)) {
    throw optionError('instanceLabel', 'a label that is not in groupLabels', instanceLabel);
  }
  if (!/^([a-zA-Z_]\w*)?$/.test(metricPrefix)) {
    throw optionError('metricPrefix', 'the start of a metric name, such as myapp', metricPrefix);
  }
  if (histograms !== 'classic' && histograms !== 'native') {
    throw optionError('histograms', '`classic` or `native`', histograms);
  }
  assertPositive('timeScale', timeScale);
  assertPositive('scrapeInterval', scrapeInterval);
  if (scrapeInterval * timeScale > MAX_SCRAPE_SECONDS) {
    throw optionError(
      'scrapeInterval',
      `at most ${MAX_SCRAPE_SECONDS} s, so that a window of 5 min has enough samples`,
      scrapeInterval,
    );
  }
  assertUidSuffix(uidSuffix);
  assertDatasource(datasourceUid);
  assertKubernetesLabels(labels);
  return {
    naming,
    limits: resolveLimits(thresholds),
    policyLimits: resolvePolicyLimits(thresholds),
    jobLabel,
    groupLabels: [...new Set(groupLabels)],
    instanceLabel,
    metricPrefix: metricPrefix.replace(/_$/, ''),
    histograms,
    without,
    timeScale,
    scrapeInterval,
    runbookBase: resolveBaseUrl('runbookBase', runbookBase),
    dashboardBase:
      dashboardBase === undefined ? undefined : resolveBaseUrl('dashboardBase', dashboardBase),
    uidSuffix,
    datasourceUid,
    labels,
  };
}

/** An attribute of OpenTelemetry or a label of Prometheus. The naming translates dots. */
function assertLabel(option: string, label: string): void {
  if (typeof label !== 'string' || !/^[a-zA-Z_][\w.]*$/.test(label)) {
    throw optionError(option, 'a label name', label);
  }
}

function assertPositive(option: string, value: number): void {
  if (!Number.isFinite(value) || value <= 0) throw optionError(option, 'a number above 0', value);
}

/** Removes trailing slashes, so that a path can follow. */
function resolveBaseUrl(option: string, url: string): string {
  if (typeof url !== 'string' || !/^\S+$/.test(url)) throw optionError(option, 'a URL', url);
  return url.replace(/\/+$/, '');
}

/** A uid in Grafana has at most 40 characters, and names the ConfigMap too. */
function assertUidSuffix(suffix: string): void {
  if (typeof suffix !== 'string' || !/^([a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?)?$/.test(suffix)) {
    throw optionError('uidSuffix', '1 to 22 lower-case letters, digits and dashes', suffix);
  }
}

/** https://grafana.com/docs/grafana/latest/administration/provisioning/#data-sources */
function assertDatasource(uid: string): void {
  if (typeof uid !== 'string' || !/^[\w-]{1,40}$/.test(uid)) {
    throw optionError('datasourceUid', 'the uid of a data source', uid);
  }
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
function assertKubernetesLabels(labels: Readonly<Record<string, string>>): void {
  const word = /^[a-zA-Z0-9]([\w.-]{0,61}[a-zA-Z0-9])?$/;
  const prefix = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
  for (const [key, value] of Object.entries(labels)) {
    const [name = '', owner, ...rest] = key.split('/').reverse();
    const isValidKey =
      word.test(name) && (owner === undefined || prefix.test(owner)) && rest.length === 0;
    if (isValidKey && (value === '' || (typeof value === 'string' && word.test(value)))) continue;
    throw optionError('labels', 'valid Kubernetes labels', `${key}=${value}`);
  }
}
