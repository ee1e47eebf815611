import { NAMINGS, type Naming } from '../semconv/prometheus.ts';
import { type Limits, resolveLimits, resolvePolicyLimits, type Thresholds } from './limits.ts';
import { optionError } from './option-error.ts';
import { PUBLISHED_RUNBOOKS } from './runbook-url.ts';
import type { Format, What } from './selection.ts';

export interface GenerateOptions {
  /**
   * What to generate, one or several: `dashboards` (or one of them, `fleet` or `policy`), `rules` (or
   * some of them, `alerts` or `recording-rules`), `alertmanager`.
   * @default dashboards and rules; where a `format` is given, what it is a format of
   */
  readonly what?: What | readonly What[];
  /**
   * How to write it, one or several. Of dashboards: `classic`, `configmap`, `provisioning`. Of rules: `prometheus`, `prometheus-rule`, `mimir`, `grafana`.
   * @default `classic` for dashboards, `prometheus` for rules
   */
  readonly format?: Format | readonly Format[];
  /**
   * The road by which the metrics come to Prometheus, which decides their names there.
   * @default 'prometheus-exporter'
   */
  readonly naming?: Naming;
  /**
   * Documented thresholds to be others, by their name and unit; of all policies, or of one.
   * @example { 'timeouts.ratio': 0.1, 'latency.seconds': 1, 'latency.seconds{policy="llm"}': 30 }
   */
  readonly thresholds?: Thresholds;
  /**
   * The label that says which service a series is of.
   * @default 'job'
   */
  readonly jobLabel?: string;
  /**
   * The labels that together identify a service, the job among them: in rules, in the variables and
   * links of dashboards, and in the routing and inhibition of Alertmanager.
   * @default [jobLabel]
   * @example ['cluster', 'namespace', 'job']
   */
  readonly groupLabels?: readonly string[];
  /**
   * The label that says which replica of a service a series is of.
   * @default 'instance'
   */
  readonly instanceLabel?: string;
  /**
   * What stands before the name of every metric, such as the option `namespace` of a Collector's
   * Prometheus exporter puts there.
   * @default ''
   */
  readonly metricPrefix?: string;
  /**
   * How Prometheus keeps the histograms that rules read: with a series for each bucket (`classic`), or
   * as one `native` histogram. Dashboards read classic histograms.
   * @default 'classic'
   */
  readonly histograms?: 'classic' | 'native';
  /**
   * Names of alerts to leave out.
   * @default []
   * @example ['ResilienceMetricsAbsent']
   */
  readonly without?: readonly string[];
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
   * @default the runbooks of this version on jsDelivr,
   * `https://cdn.jsdelivr.net/npm/cockatiel-otel@<version>/docs/runbooks`
   */
  readonly runbookBase?: string;
  /**
   * The URL of Grafana, for the link of an alert to its dashboard.
   * @default no link to a dashboard
   */
  readonly dashboardBase?: string;
  /**
   * What the uids of the dashboards end with, after a dash, so that dashboards of several namings fit
   * into one Grafana: with `otlp` they are `resilience-fleet-otlp` and `resilience-policy-otlp`.
   * @default ''
   */
  readonly uidSuffix?: string;
  /**
   * The uid of the Prometheus that alert rules of the format `grafana` ask; dashboards ask the one
   * that their reader chooses.
   * @default 'prometheus'
   */
  readonly datasourceUid?: string;
  /**
   * Further labels of what is made for Kubernetes (`configmap`, `prometheus-rule`), by which an
   * operator or a sidecar finds it.
   * @default {}
   * @example { release: 'kube-prometheus-stack' }
   */
  readonly labels?: Readonly<Record<string, string>>;
}

export interface GenerateSettings
  extends Required<Omit<GenerateOptions, 'thresholds' | 'what' | 'format' | 'dashboardBase'>> {
  readonly dashboardBase: string | undefined;
  readonly limits: Limits;
  /** The limits of policies that have some of their own. */
  readonly policyLimits: ReadonlyMap<string, Limits>;
}

/** Prometheus itself forgets a sample after 5 min. */
const LONGEST_SCRAPE_SECONDS = 75;

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
    throw optionError('groupLabels', `labels with that of the job, ${jobLabel}`, groupLabels);
  }
  if (instanceLabel === jobLabel || groupLabels.includes(instanceLabel)) {
    throw optionError('instanceLabel', 'another label than that of the job', instanceLabel);
  }
  if (!/^([a-zA-Z_]\w*)?$/.test(metricPrefix)) {
    throw optionError('metricPrefix', 'the beginning of the name of a metric', metricPrefix);
  }
  if (histograms !== 'classic' && histograms !== 'native') {
    throw optionError('histograms', 'classic or native', histograms);
  }
  assertPositive('timeScale', timeScale);
  assertPositive('scrapeInterval', scrapeInterval);
  if (scrapeInterval * timeScale > LONGEST_SCRAPE_SECONDS) {
    throw optionError(
      'scrapeInterval',
      `${LONGEST_SCRAPE_SECONDS} s at most, so that 5 min hold the samples that rules need`,
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
    runbookBase: base('runbookBase', runbookBase),
    dashboardBase: dashboardBase === undefined ? undefined : base('dashboardBase', dashboardBase),
    uidSuffix,
    datasourceUid,
    labels,
  };
}

/** As OpenTelemetry or Prometheus has it: dots become what they become on the road. */
function assertLabel(option: string, label: string): void {
  if (typeof label !== 'string' || !/^[a-zA-Z_][\w.]*$/.test(label)) {
    throw optionError(option, 'the name of a label', label);
  }
}

function assertPositive(option: string, value: number): void {
  if (!Number.isFinite(value) || value <= 0) throw optionError(option, 'a number above 0', value);
}

/** A URL to which a slash and a path can be added. */
function base(option: string, url: string): string {
  if (typeof url !== 'string' || !/^\S+$/.test(url)) throw optionError(option, 'a URL', url);
  return url.replace(/\/+$/, '');
}

/** A uid of Grafana has 40 characters at most, and is the name of a ConfigMap too. */
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
    const known =
      word.test(name) && (owner === undefined || prefix.test(owner)) && rest.length === 0;
    if (known && (value === '' || (typeof value === 'string' && word.test(value)))) continue;
    throw optionError('labels', 'labels of Kubernetes', `${key}=${value}`);
  }
}
