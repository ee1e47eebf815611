import type { DashboardName } from './dashboards/uids.ts';
import { optionError } from './option-error.ts';

/** What can be generated: a kind of thing, or one of its kind. */
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
 * - `dashboards`: the two that can also be had alone, `fleet` and `policy`
 * - `rules`: `alerts`, and the `recording-rules` that some of them read
 * - `alertmanager`: an example of how the alerts find their way to people
 */
export type What = (typeof WHATS)[number];

/**
 * Dashboards:
 * - `classic`: the JSON that every Grafana imports, and that grafana.com takes
 * - `configmap`: a ConfigMap of Kubernetes for the sidecar of Grafana's Helm chart
 * - `provisioning`: `classic`, and the file that makes Grafana load it from a folder
 */
export type DashboardFormat = (typeof DASHBOARD_FORMATS)[number];

/**
 * Rules:
 * - `prometheus`: the rule file of Prometheus, Thanos and VictoriaMetrics
 * - `prometheus-rule`: the `PrometheusRule` of the Prometheus operator
 * - `mimir`: the rule file of `mimirtool`, with a namespace
 * - `grafana`: alert rules that Grafana evaluates, as a file of its provisioning. Recording rules
 *   stay rules of Prometheus, where the alert rules read what they record
 */
export type RuleFormat = (typeof RULE_FORMATS)[number];

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

/** @throws TypeError naming the option, what was expected and what came */
export function resolveSelection({ what, format }: SelectionOptions): Selection {
  const formats = listOf('format', format, FORMATS) ?? [];
  const whats = listOf('what', what, WHATS) ?? kindsOf(formats);
  const parts = new Set(whats.flatMap((each) => PARTS[each]));
  const has = (part: Part) => parts.has(part);
  const dashboards = (['fleet', 'policy'] as const).filter(has);

  // What is asked for in a format that it does not have would silently not be there.
  const possible = [
    ...(dashboards.length > 0 ? DASHBOARD_FORMATS : []),
    ...(has('alerts') || has('recording-rules') ? RULE_FORMATS : []),
  ];
  for (const each of formats) {
    if (possible.some((known) => known === each)) continue;
    const known = possible.length > 0 ? `one of ${possible.join(', ')}` : 'none';
    throw optionError('format', `${known} for ${whats.join(', ')}`, each);
  }
  return {
    has,
    dashboards,
    dashboardFormats: among(DASHBOARD_FORMATS, formats, 'classic'),
    ruleFormats: among(RULE_FORMATS, formats, 'prometheus'),
  };
}

/** A format is of one kind, and so says what is wanted. */
function kindsOf(formats: readonly Format[]): What[] {
  if (formats.length === 0) return ['dashboards', 'rules'];
  return [
    ...(DASHBOARD_FORMATS.some((each) => formats.includes(each)) ? ['dashboards' as const] : []),
    ...(RULE_FORMATS.some((each) => formats.includes(each)) ? ['rules' as const] : []),
  ];
}

function among<F extends Format>(
  kind: readonly F[],
  formats: readonly Format[],
  otherwise: F,
): F[] {
  const chosen = kind.filter((each) => formats.includes(each));
  return chosen.length > 0 ? chosen : [otherwise];
}

/** One or several of the known, each once. */
function listOf<T extends string>(
  option: string,
  value: T | readonly T[] | undefined,
  known: readonly T[],
): T[] | undefined {
  if (value === undefined) return undefined;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw optionError(option, `one or several of ${known.join(', ')}`, '');
  for (const each of list) {
    if (!known.some((name) => name === each)) {
      throw optionError(option, `one of ${known.join(', ')}`, each);
    }
  }
  return [...new Set(list)] as T[];
}
