import { OUTCOMES } from '../call-counts.ts';
import type { Audit, Demo } from '../demo.ts';
import type { Line, Segment } from './text.ts';

/** Width of a column. */
const WIDTH = 11;

/** The counts of the demo, and whether the metrics have the same. */
export function createSummary(demo: Demo, audits: readonly Audit[]): Line[] {
  const { counts: ledger } = demo.counts;
  const rows = demo.clients.map(({ spec: { name, label } }): Line => {
    const counts = OUTCOMES.map((outcome) => ledger.get(`${name} ${outcome}`) ?? 0);
    const calls = counts.reduce((sum, count) => sum + count, 0);
    const requests = ledger.get(`${name} requests`) ?? 0;
    return [
      [label.padEnd(WIDTH), 'bold'],
      ...[calls, ...counts, requests].map((count) => number(count)),
      ...audits.map(({ differences }): Segment => {
        const isDifferent = differences.some((line) => line.startsWith(`${name} `));
        return [(isDifferent ? 'differs' : 'equal').padStart(WIDTH), isDifferent ? 'bad' : 'good'];
      }),
    ];
  });
  const titles = ['calls', ...OUTCOMES, 'requests', ...audits.map(({ source }) => source)];
  return [
    [],
    [['The counts of the demo, and whether the metrics are equal:']],
    [[''.padEnd(WIDTH)], ...titles.map((title): Segment => [title.padStart(WIDTH), 'dim'])],
    ...rows,
    [],
    ...history(demo),
    ...audits.flatMap(({ source, differences }) =>
      differences.map((line): Line => [[`${source}  ${line}`, 'bad']]),
    ),
    areEqual(audits)
      ? [['The metrics equal the counts of the demo.', 'good']]
      : [['The metrics differ from the counts of the demo.', 'bad']],
  ];
}

export function areEqual(audits: readonly Audit[]): boolean {
  return audits.every(({ differences }) => differences.length === 0);
}

function history({ alerts: pager, monitoring, monitoringProblem: unmonitored }: Demo): Line[] {
  if (!monitoring) return [[[unmonitored]]];
  if (pager.history.size === 0) return [[['No alert fired.']]];
  const entries = [...pager.history.entries()].map(([name, counts]) => {
    const [alert = '', subject = ''] = name.split(' ');
    return { alert, subject, ...counts };
  });
  return [...new Set(entries.map(({ alert }) => alert))].sort().map((alert): Line => {
    const about = entries
      .filter((entry) => entry.alert === alert)
      .map(({ subject, fired, resolved }) =>
        [subject, ...(fired > 1 ? [`${fired}x`] : []), ...(resolved < fired ? ['(firing)'] : [])]
          .filter(Boolean)
          .join(' '),
      );
    return [[`${alert}  `, 'page'], [about.join(', ')]];
  });
}

function number(count: number): Segment {
  return [String(count).padStart(WIDTH), count === 0 ? 'dim' : 'plain'];
}
