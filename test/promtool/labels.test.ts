import { alertGroups, recordingGroups } from '../../src/generate/alerts/index.ts';
import { ruleFile } from '../../src/generate/formats/prometheus.ts';
import { resolveGenerateSettings } from '../../src/generate/options/generate-options.ts';
import { Queries } from '../../src/generate/promql/queries.ts';
import { SAMPLINGS } from './promtool.ts';
import { play } from './scenario.ts';
import { TABLES } from './scenarios/index.ts';

/** The scenarios hold with other labels for service and replica. */
const labels = { jobLabel: 'service', instanceLabel: 'pod' };
const queries = new Queries(resolveGenerateSettings(labels));
const rules = [recordingGroups(queries), alertGroups(queries)].map((groups) =>
  ruleFile(groups, queries),
);

play(
  TABLES.map(({ scenarios, ...table }) => ({ ...table, scenarios: scenarios.slice(0, 2) })),
  SAMPLINGS.filter(
    ({ naming, interval, long }) => naming === 'prometheus-exporter' && (interval === 15 || long),
  ).map((sampling) => ({
    ...sampling,
    ...labels,
    rules,
    evaluation: Math.max(sampling.evaluation, 60),
  })),
);
