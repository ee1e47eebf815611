import { OUTCOMES } from '../call-counts.ts';
import type { Row } from '../rates.ts';
import { type Line, padLine, type Segment, type Style, seconds } from './text.ts';

interface Column {
  readonly title: string;
  readonly width: number;
  /** A narrow terminal omits columns with a high rank first. */
  readonly rank: number;
  readonly cell: (row: Row, isColored: boolean) => Line;
}

const STATES: Readonly<Record<string, readonly [string, Style]>> = {
  closed: ['● closed', 'good'],
  open: ['● open', 'bad'],
  half_open: ['◐ half-open', 'warning'],
  isolated: ['■ isolated', 'rejected'],
};

/** Letters for terminals without colors. */
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
  { title: 'CIRCUIT', width: 20, rank: 0, cell: circuitCell },
  {
    title: 'CALLS/S',
    width: 9,
    rank: 3,
    cell: (row) => [[row.callsPerSecond.toFixed(0).padStart(7)]],
  },
  { title: 'LAST 2 S', width: BAR + 2, rank: 1, cell: outcomeBar },
  { title: 'FALLBACK', width: 10, rank: 2, cell: ({ fallbackShare: share }) => percentCell(share) },
  { title: 'RETRIES/S', width: 11, rank: 4, cell: (row) => rateCell(row.retriesPerSecond) },
  { title: 'TIMEOUTS/S', width: 12, rank: 5, cell: (row) => rateCell(row.timeoutsPerSecond) },
  { title: 'BULKHEAD', width: 13, rank: 6, cell: ({ bulkhead }) => bulkheadCell(bulkhead) },
];

/** Creates the table with as many columns as there is room for. */
export function createTable(rows: readonly Row[], width: number, isColored: boolean): Line[] {
  const columns = columnsFor(width);
  return [
    columns.flatMap(({ title, width: own }): Line => padLine([[title, 'dim']], own)),
    ...rows.map((row) =>
      columns.flatMap(({ cell, width: own }) => padLine(cell(row, isColored), own)),
    ),
  ];
}

/** The colors of the bars. */
export function createLegend(isColored: boolean): Line {
  return OUTCOMES.flatMap((outcome): Segment[] => [
    [isColored ? '█' : (LETTERS[outcome] ?? ''), outcome],
    [` ${outcome.replace('_', ' ')}   `, 'dim'],
  ]);
}

function columnsFor(width: number): readonly Column[] {
  const selected = new Set<Column>();
  let remaining = width;
  for (const column of [...COLUMNS].sort((a, b) => a.rank - b.rank)) {
    if (column.width > remaining) break;
    remaining -= column.width;
    selected.add(column);
  }
  return COLUMNS.filter((column) => selected.has(column));
}

function circuitCell({ state, stateAge, failedProbes }: Row): Line {
  const [text, style] = STATES[state] ?? [state, 'plain'];
  const probes = failedProbes > 0 ? ` ✗${failedProbes}` : '';
  return [
    [text, style],
    [` ${seconds(stateAge)}`, 'dim'],
    [probes, 'bad'],
  ];
}

function outcomeBar({ outcomes }: Row, isColored: boolean): Line {
  const total = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  if (total === 0) return [['·'.repeat(BAR), 'dim']];
  let counted = 0;
  return OUTCOMES.map((outcome): Segment => {
    const begin = Math.round((counted / total) * BAR);
    counted += outcomes[outcome];
    const length = Math.round((counted / total) * BAR) - begin;
    return [(isColored ? '█' : (LETTERS[outcome] ?? '')).repeat(length), outcome];
  });
}

function percentCell(share: number | undefined): Line {
  if (share === undefined) return [['—'.padStart(8), 'dim']];
  return [[`${Math.round(share * 100)} %`.padStart(8), share > 0 ? 'fallback' : 'dim']];
}

function rateCell(perSecond: number): Line {
  const digits = perSecond < 10 ? 1 : 0;
  return [[perSecond.toFixed(digits).padStart(7), perSecond > 0 ? 'timed_out' : 'dim']];
}

function bulkheadCell(bulkhead: Row['bulkhead']): Line {
  if (bulkhead === undefined) return [['—'.padStart(6), 'dim']];
  const { active, limit } = bulkhead;
  const filled = Math.round((active / limit) * 6);
  const style = active >= limit ? 'bad' : active > limit / 2 ? 'warning' : 'good';
  return [['█'.repeat(filled), style], ['░'.repeat(6 - filled), 'dim'], [` ${active}/${limit}`]];
}
