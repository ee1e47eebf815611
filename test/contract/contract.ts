import type { Sample } from '../support/exporter.ts';
import type { Asked } from '../support/generated.ts';
import { parseQuery, type Selection } from '../support/promql.ts';

/** Labels that Prometheus adds to what it scrapes. */
const OF_THE_TARGET = ['job', 'instance'];

/** What queries ask for and a scrape does not have, in words. */
export function missing(queries: readonly Asked[], samples: readonly Sample[]): string[] {
  const found = queries.flatMap(({ where, expr, wanted }) =>
    parseQuery(expr).selections.flatMap((selection) =>
      missingOf({ ...selection, grouping: [...selection.grouping, ...wanted] }, samples).map(
        (what) => `${where}: ${what}`,
      ),
    ),
  );
  return [...new Set(found)];
}

function missingOf(
  { metric, matchers, grouping }: Selection,
  samples: readonly Sample[],
): string[] {
  const series = samples.filter(({ name }) => name === metric);
  if (series.length === 0) return [`no metric ${metric}`];
  const has = (label: string) =>
    OF_THE_TARGET.includes(label) || series.every(({ labels }) => label in labels);
  const labels = [...matchers.map(({ label }) => label), ...grouping]
    .filter((label) => !has(label))
    .map((label) => `no label ${label} on ${metric}`);
  const values = matchers
    .filter(
      ({ label, value }) => has(label) && !OF_THE_TARGET.includes(label) && !/^\$/.test(value),
    )
    .flatMap(({ label, op, value }) =>
      (op.endsWith('~') ? value.split('|') : [value])
        .filter((each) => !series.some(({ labels }) => labels[label] === each))
        .map((each) => `no value ${each} of ${label} on ${metric}`),
    );
  return [...labels, ...values];
}
