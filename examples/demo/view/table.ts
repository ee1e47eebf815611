import { OUTCOMES } from '../books.ts';
import type { Row } from '../rates.ts';
import { fit, type Line, type Segment, type Style, seconds } from './text.ts';

interface Column {
  readonly title: string;
  readonly width: number;
  /** What is left out first where the terminal is narrow: the highest. */
  readonly rank: number;
  readonly cell: (row: Row, coloured: boolean) => Line;
}

const STATES: Readonly<Record<string, readonly [string, Style]>> = {
  closed: ['● closed', 'good'],
  open: ['● open', 'bad'],
  half_open: ['◐ half-open', 'warning'],
  isolated: ['■ isolated', 'rejected'],
};

/** Where there is no colour the letter tells. */
const LETTERS: Readonly<Record<string, string>> = {
  success: 's',
  fallback: 'b',
  failure: 'F',
  rejected: 'r',
  timed_out: 't',
  cancelled: 'c',
};

const BAR = 20;

const COLUMNS: readonly Column[] = [
  { title: 'SERVICE', width: 11, rank: 0, cell: ({ label }) => [[label, 'bold']] },
  { title: 'CIRCUIT', width: 20, rank: 0, cell: circuit },
  {
    title: 'CALLS/S',
    width: 9,
    rank: 3,
    cell: (row) => [[row.callsPerSecond.toFixed(0).padStart(7)]],
  },
  { title: 'LAST 2 S', width: BAR + 2, rank: 1, cell: bar },
  { title: 'FALLBACK', width: 10, rank: 2, cell: ({ fallbackShare: share }) => percent(share) },
  { title: 'RETRIES/S', width: 11, rank: 4, cell: (row) => rate(row.retriesPerSecond) },
  { title: 'TIMEOUTS/S', width: 12, rank: 5, cell: (row) => rate(row.timeoutsPerSecond) },
  { title: 'BULKHEAD', width: 13, rank: 6, cell: ({ bulkhead }) => fill(bulkhead) },
];

/** The table, as many columns of it as there is room for. */
export function table(rows: readonly Row[], width: number, coloured: boolean): Line[] {
  const columns = roomFor(width);
  return [
    columns.flatMap(({ title, width: own }): Line => fit([[title, 'dim']], own)),
    ...rows.map((row) => columns.flatMap(({ cell, width: own }) => fit(cell(row, coloured), own))),
  ];
}

/** What the colours of the bars mean. */
export function legend(coloured: boolean): Line {
  return OUTCOMES.flatMap((outcome): Segment[] => [
    [coloured ? '█' : (LETTERS[outcome] ?? ''), outcome],
    [` ${outcome.replace('_', ' ')}   `, 'dim'],
  ]);
}

function roomFor(width: number): readonly Column[] {
  const kept = new Set<Column>();
  let left = width;
  for (const column of [...COLUMNS].sort((a, b) => a.rank - b.rank)) {
    if (column.width > left) break;
    left -= column.width;
    kept.add(column);
  }
  return COLUMNS.filter((column) => kept.has(column));
}

function circuit({ state, stateAge, failedProbes }: Row): Line {
  const [text, style] = STATES[state] ?? [state, 'plain'];
  const probes = failedProbes > 0 ? ` ✗${failedProbes}` : '';
  return [
    [text, style],
    [` ${seconds(stateAge)}`, 'dim'],
    [probes, 'bad'],
  ];
}

function bar({ outcomes }: Row, coloured: boolean): Line {
  const total = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  if (total === 0) return [['·'.repeat(BAR), 'dim']];
  let counted = 0;
  return OUTCOMES.map((outcome): Segment => {
    const begin = Math.round((counted / total) * BAR);
    counted += outcomes[outcome];
    const length = Math.round((counted / total) * BAR) - begin;
    return [(coloured ? '█' : (LETTERS[outcome] ?? '')).repeat(length), outcome];
  });
}

function percent(share: number | undefined): Line {
  if (share === undefined) return [['—'.padStart(8), 'dim']];
  return [[`${Math.round(share * 100)} %`.padStart(8), share > 0 ? 'fallback' : 'dim']];
}

function rate(perSecond: number): Line {
  const digits = perSecond < 10 ? 1 : 0;
  return [[perSecond.toFixed(digits).padStart(7), perSecond > 0 ? 'timed_out' : 'dim']];
}

function fill(bulkhead: Row['bulkhead']): Line {
  if (bulkhead === undefined) return [['—'.padStart(6), 'dim']];
  const { active, limit } = bulkhead;
  const full = Math.round((active / limit) * 6);
  const style = active >= limit ? 'bad' : active > limit / 2 ? 'warning' : 'good';
  return [['█'.repeat(full), style], ['░'.repeat(6 - full), 'dim'], [` ${active}/${limit}`]];
}
