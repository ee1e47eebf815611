import { alertGroups, recordingGroups } from '../../src/generate/alerts/index.ts';
import type { Alert } from '../../src/generate/alerts/types.ts';
import { describe } from '../../src/generate/formats/rules.ts';
import { THRESHOLDS, type ThresholdName } from '../../src/generate/limits.ts';
import { resolveGenerateSettings } from '../../src/generate/options.ts';
import { Queries } from '../../src/generate/promql/queries.ts';
import { code, table, withBlock } from './markdown.ts';

/**
 * `docs/alerts.md` with its table made anew; where there is no page yet, none is made.
 *
 * @throws Error if the page has no place for its table
 */
export function alertsPage(page: string | undefined): Readonly<Record<string, string>> {
  if (page === undefined) return {};
  const block = alertsTable(new Queries(resolveGenerateSettings({})));
  return { 'docs/alerts.md': withBlock(page, 'alerts', block) };
}

/** Every alert on a line, for `docs/alerts.md`. */
export function alertsTable(queries: Queries): string {
  const read = thresholdsRead(queries);
  return table(
    ['alert', 'severity', 'what it says', 'thresholds'],
    alertsOf(queries).map((alert, index) => [
      `[${alert.name}](runbooks/${alert.name}.md)`,
      alert.severity,
      said(describe(alert)),
      read[index]?.map((name) => code(`${name}=${THRESHOLDS[name]}`)).join(', ') || 'none',
    ]),
  );
}

/**
 * The thresholds of each alert, in the order of the alerts: those that change its rule, or what is
 * recorded for it.
 */
export function thresholdsRead(queries: Queries): ThresholdName[][] {
  const names = Object.keys(THRESHOLDS) as ThresholdName[];
  const changed = names.map((name) => rulesOf(withOther(queries, name)));
  return rulesOf(queries).map((rule, index) =>
    names.filter((_, each) => rule !== changed[each]?.[index]),
  );
}

function alertsOf(queries: Queries): Alert[] {
  return alertGroups(queries).flatMap(({ rules }) => rules);
}

/** All that decides whether each alert fires. */
function rulesOf(queries: Queries): string[] {
  const recorded = recordingGroups(queries).flatMap(({ rules }) => rules);
  return alertsOf(queries).map(({ expr, forSeconds }) =>
    [
      expr,
      forSeconds,
      ...recorded.filter(({ record }) => expr.includes(record)).map((each) => each.expr),
    ].join('\n'),
  );
}

/** With one threshold changed; to what, nobody will ask. */
function withOther({ settings }: Queries, threshold: ThresholdName): Queries {
  const [name, unit] = threshold.split('.') as [keyof typeof settings.limits, string];
  const limit = { ...settings.limits[name], [unit]: THRESHOLDS[threshold] * 2 };
  return new Queries({ ...settings, limits: { ...settings.limits, [name]: limit } });
}

/** What an annotation's template will say, with words for what is not known before. */
function said(template: string): string {
  return template
    .replace(/{{ [^{}]*\$value[^{}]*}}/g, '*value*')
    .replace(/{{ \$labels\.(?:resilience_)?(\w+?)(?:_name)? }}/g, '*$1*')
    .replaceAll('|', '\\|');
}
