import { OUTCOMES } from '../books.ts';
import type { Audit, Demo } from '../demo.ts';
import type { Line, Segment } from './text.ts';

const NUMBER = 11;

/** The books: what the demo counted by itself, and whether the metrics say the same. */
export function summary(demo: Demo, audits: readonly Audit[]): Line[] {
  const { ledger } = demo.book;
  const rows = demo.clients.map(({ spec: { name, label } }): Line => {
    const counts = OUTCOMES.map((outcome) => ledger.get(`${name} ${outcome}`) ?? 0);
    const calls = counts.reduce((sum, count) => sum + count, 0);
    const requests = ledger.get(`${name} requests`) ?? 0;
    return [
      [label.padEnd(NUMBER), 'bold'],
      ...[calls, ...counts, requests].map((count) => number(count)),
      ...audits.map(({ differences }): Segment => {
        const wrong = differences.some((line) => line.startsWith(`${name} `));
        return [(wrong ? 'differs' : 'equal').padStart(NUMBER), wrong ? 'bad' : 'good'];
      }),
    ];
  });
  const titles = ['calls', ...OUTCOMES, 'requests', ...audits.map(({ source }) => source)];
  return [
    [],
    [['What the demo counted by itself, and whether the metrics have the same:']],
    [[''.padEnd(NUMBER)], ...titles.map((title): Segment => [title.padStart(NUMBER), 'dim'])],
    ...rows,
    [],
    ...history(demo),
    ...audits.flatMap(({ source, differences }) =>
      differences.map((line): Line => [[`${source}  ${line}`, 'bad']]),
    ),
    isBalanced(audits) ? [['The books balance.', 'good']] : [['The books do not balance.', 'bad']],
  ];
}

export function isBalanced(audits: readonly Audit[]): boolean {
  return audits.every(({ differences }) => differences.length === 0);
}

function history({ pager, monitoring, unmonitored }: Demo): Line[] {
  if (!monitoring) return [[[unmonitored]]];
  if (pager.history.size === 0) return [[['No alert fired.']]];
  const entries = [...pager.history.entries()].map(([name, counts]) => {
    const [alert = '', subject = ''] = name.split(' ');
    return { alert, subject, ...counts };
  });
  return [...new Set(entries.map(({ alert }) => alert))].sort().map((alert): Line => {
    const about = entries
      .filter((each) => each.alert === alert)
      .map(({ subject, fired, resolved }) =>
        [subject, ...(fired > 1 ? [`${fired}x`] : []), ...(resolved < fired ? ['(fires)'] : [])]
          .filter(Boolean)
          .join(' '),
      );
    return [[`${alert}  `, 'page'], [about.join(', ')]];
  });
}

function number(count: number): Segment {
  return [String(count).padStart(NUMBER), count === 0 ? 'dim' : 'plain'];
}
