import { ATTR_METRIC_OVERFLOW } from '../../src/semconv/attributes.ts';
import { labelName, NAMINGS } from '../../src/semconv/prometheus.ts';
import type { Sample } from '../support/exporter.ts';
import type { Asked } from '../support/generated.ts';
import { parseQuery, type Selection } from '../support/promql.ts';

/** Labels that Prometheus adds to what it scrapes. */
const OF_THE_TARGET = ['job', 'instance'];

const OVERFLOW = NAMINGS.map((naming) => labelName(ATTR_METRIC_OVERFLOW, naming));

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

function missingOf({ metric, matchers, grouping }: Selection, all: readonly Sample[]): string[] {
  const conditions = matchers.filter(({ label }) => label !== '__name__');
  const names = matchers.filter(({ label }) => label === '__name__');
  const reported = names.length === 0 ? metric : names.map(({ value }) => value).join();
  const isOverflow = ({ labels }: Sample) => OVERFLOW.some((label) => label in labels);
  // What an SDK folds together has lost its labels; only who asks for it by that is told of it.
  const series = names.length
    ? all.filter((sample) => isOverflow(sample) && names.every(fits(sample.name)))
    : all.filter((sample) => !isOverflow(sample) && sample.name === metric);
  if (series.length === 0) return [`no metric ${reported}`];
  const has = (label: string) =>
    OF_THE_TARGET.includes(label) || series.every(({ labels }) => label in labels);
  const labels = [...conditions.map(({ label }) => label), ...grouping]
    .filter((label) => !has(label))
    .map((label) => `no label ${label} on ${reported}`);
  const values = conditions
    .filter(
      ({ label, value }) => has(label) && !OF_THE_TARGET.includes(label) && !value.startsWith('$'),
    )
    .flatMap(({ label, op, value }) =>
      (op.endsWith('~') ? value.split('|') : [value])
        .filter(
          (item) => !series.some(({ labels }) => fits(labels[label] ?? '')({ op, value: item })),
        )
        .map((item) => `no value ${item} of ${label} on ${reported}`),
    );
  return [...labels, ...values];
}

/** Whether a text is what a matcher names, or excludes. */
function fits(text: string): (matcher: { op: string; value: string }) => boolean {
  return ({ op, value }) =>
    op.endsWith('~') ? new RegExp(`^(?:${value})$`).test(text) : text === value;
}
