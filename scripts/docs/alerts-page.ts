import { alertGroups, recordingGroups } from '../../src/generate/alerts/index.ts';
import type { Alert } from '../../src/generate/alerts/types.ts';
import { describe } from '../../src/generate/formats/rules.ts';
import { resolveGenerateSettings } from '../../src/generate/options/generate-options.ts';
import { THRESHOLDS, type ThresholdName } from '../../src/generate/options/limits.ts';
import { Queries } from '../../src/generate/promql/queries.ts';
import { code, table, withBlock } from './markdown.ts';

/**
 * Regenerates the table of `docs/alerts.md`. Without that page the result is empty.
 *
 * @throws Error if the page has no markers for the table
 */
export function alertsPage(page: string | undefined): Readonly<Record<string, string>> {
  if (page === undefined) return {};
  const block = alertsTable(new Queries(resolveGenerateSettings({})));
  return { 'docs/alerts.md': withBlock(page, 'alerts', block) };
}

/** A table with a row for each alert. */
export function alertsTable(queries: Queries): string {
  const read = thresholdsRead(queries);
  return table(
    ['alert', 'severity', 'description', 'thresholds'],
    alertsOf(queries).map((alert, index) => [
      `[${alert.name}](runbooks/${alert.name}.md)`,
      alert.severity,
      toMarkdown(describe(alert)),
      read[index]?.map((name) => code(`${name}=${THRESHOLDS[name]}`)).join(', ') || 'none',
    ]),
  );
}

/** The thresholds of each alert: those that change its rule, or a recording rule that it reads. */
export function thresholdsRead(queries: Queries): ThresholdName[][] {
  const names = Object.keys(THRESHOLDS) as ThresholdName[];
  const changed = names.map((name) => rulesOf(withChanged(queries, name)));
  return rulesOf(queries).map((rule, index) =>
    names.filter((_, change) => rule !== changed[change]?.[index]),
  );
}

function alertsOf(queries: Queries): Alert[] {
  return alertGroups(queries).flatMap(({ rules }) => rules);
}

/** Everything that decides whether each alert fires. */
function rulesOf(queries: Queries): string[] {
  const recorded = recordingGroups(queries).flatMap(({ rules }) => rules);
  return alertsOf(queries).map(({ expr, forSeconds }) =>
    [
      expr,
      forSeconds,
      ...recorded.filter(({ record }) => expr.includes(record)).map((rule) => rule.expr),
    ].join('\n'),
  );
}

/** With a different value of one threshold. */
function withChanged({ settings }: Queries, threshold: ThresholdName): Queries {
  const [name, unit] = threshold.split('.') as [keyof typeof settings.limits, string];
  const limit = { ...settings.limits[name], [unit]: THRESHOLDS[threshold] * 2 };
  return new Queries({ ...settings, limits: { ...settings.limits, [name]: limit } });
}

/** The text of an annotation, with the names of its values in italics. */
function toMarkdown(template: string): string {
  return template
    .replace(/{{ [^{}]*\$value[^{}]*}}/g, '*value*')
    .replace(/{{ \$labels\.(?:resilience_)?(\w+?)(?:_name)? }}/g, '*$1*')
    .replaceAll('|', '\\|');
}
