import type { DashboardName } from './dashboard-uid.ts';
import { optionError } from './option-error.ts';

/** The values of the option `what`. */
export const WHATS = [
  'dashboards',
  'rules',
  'alertmanager',
  'fleet',
  'policy',
  'alerts',
  'recording-rules',
] as const;

export const DASHBOARD_FORMATS = ['classic', 'configmap', 'provisioning'] as const;

export const RULE_FORMATS = ['prometheus', 'prometheus-rule', 'mimir', 'grafana'] as const;

export const FORMATS = [...DASHBOARD_FORMATS, ...RULE_FORMATS] as const;

/**
 * What to generate:
 * - `dashboards`: `fleet` and `policy`
 * - `rules`: `alerts`, and the `recording-rules` that some alerts read
 * - `alertmanager`: an example configuration of Alertmanager
 *
 * @example
 * const what: What[] = ['dashboards', 'rules'];
 */
export type What = (typeof WHATS)[number];

/**
 * Formats of dashboards:
 * - `classic`: JSON for the import of Grafana and for grafana.com
 * - `configmap`: a Kubernetes ConfigMap for the sidecar of Grafana's Helm chart
 * - `provisioning`: `classic`, and the file by which Grafana loads it from a folder
 *
 * @example
 * const format: DashboardFormat = 'configmap';
 */
export type DashboardFormat = (typeof DASHBOARD_FORMATS)[number];

/**
 * Formats of rules:
 * - `prometheus`: rule files of Prometheus, Thanos and VictoriaMetrics
 * - `prometheus-rule`: a `PrometheusRule` of the Prometheus operator
 * - `mimir`: rule files of `mimirtool`, with a namespace
 * - `grafana`: Grafana-managed alert rules as provisioning file. Recording rules remain rules of
 *   Prometheus
 *
 * @example
 * const format: RuleFormat = 'prometheus-rule';
 */
export type RuleFormat = (typeof RULE_FORMATS)[number];

/**
 * A format of dashboards or rules.
 *
 * @example
 * const format: Format[] = ['configmap', 'prometheus-rule'];
 */
export type Format = DashboardFormat | RuleFormat;

type Part = Exclude<What, 'dashboards' | 'rules'>;

const PARTS: Readonly<Record<What, readonly Part[]>> = {
  dashboards: ['fleet', 'policy'],
  rules: ['alerts', 'recording-rules'],
  alertmanager: ['alertmanager'],
  fleet: ['fleet'],
  policy: ['policy'],
  alerts: ['alerts'],
  'recording-rules': ['recording-rules'],
};

export interface SelectionOptions {
  readonly what?: What | readonly What[] | undefined;
  readonly format?: Format | readonly Format[] | undefined;
}

export interface Selection {
  readonly has: (part: Part) => boolean;
  readonly dashboards: readonly DashboardName[];
  readonly dashboardFormats: readonly DashboardFormat[];
  readonly ruleFormats: readonly RuleFormat[];
}

/** @throws TypeError that names the option, the expected and the received value */
export function resolveSelection({ what, format }: SelectionOptions): Selection {
  const formats = parseList('format', format, FORMATS) ?? [];
  const whats = parseList('what', what, WHATS) ?? partsWithFormat(formats);
  const parts = new Set(whats.flatMap((what) => PARTS[what]));
  const has = (part: Part) => parts.has(part);
  const dashboards = (['fleet', 'policy'] as const).filter(has);

  // A part without its format would be missing silently.
  const possible = [
    ...(dashboards.length > 0 ? DASHBOARD_FORMATS : []),
    ...(has('alerts') || has('recording-rules') ? RULE_FORMATS : []),
  ];
  for (const format of formats) {
    if (possible.some((known) => known === format)) continue;
    const expected = possible.length > 0 ? `one of ${possible.join(', ')}` : 'none';
    throw optionError('format', `${expected} for ${whats.join(', ')}`, format);
  }
  return {
    has,
    dashboards,
    dashboardFormats: selectFormats(DASHBOARD_FORMATS, formats, 'classic'),
    ruleFormats: selectFormats(RULE_FORMATS, formats, 'prometheus'),
  };
}

/** The parts that have one of the formats. */
function partsWithFormat(formats: readonly Format[]): What[] {
  if (formats.length === 0) return ['dashboards', 'rules'];
  return [
    ...(DASHBOARD_FORMATS.some((format) => formats.includes(format))
      ? ['dashboards' as const]
      : []),
    ...(RULE_FORMATS.some((format) => formats.includes(format)) ? ['rules' as const] : []),
  ];
}

function selectFormats<F extends Format>(
  available: readonly F[],
  formats: readonly Format[],
  fallback: F,
): F[] {
  const selected = available.filter((format) => formats.includes(format));
  return selected.length > 0 ? selected : [fallback];
}

/** A list of known values without duplicates. */
function parseList<T extends string>(
  option: string,
  value: T | readonly T[] | undefined,
  known: readonly T[],
): T[] | undefined {
  if (value === undefined) return undefined;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw optionError(option, `one or several of ${known.join(', ')}`, '');
  for (const item of list) {
    if (!known.some((name) => name === item)) {
      throw optionError(option, `one of ${known.join(', ')}`, item);
    }
  }
  return [...new Set(list)] as T[];
}
