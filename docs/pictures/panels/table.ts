import type { Panel } from '../grafana.ts';
import { escaped } from '../html.ts';
import type { Series } from '../query.ts';
import { configOf, display } from '../values.ts';
import type { Drawing } from './drawing.ts';

type Cell = string | number | undefined;
type Row = Readonly<Record<string, Cell>>;

interface Frame {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

type Transformation = NonNullable<Panel['transformations']>[number];

const ROW_HEIGHT = 28;

export function table({ panel, series, height }: Drawing): string {
  const { defaults, overrides } = panel.fieldConfig ?? { defaults: {} };
  const { columns, rows } = transformed(framesOf(panel, series), panel.transformations ?? []);
  if (rows.length === 0)
    return `<div class="nothing">${escaped(defaults.noValue ?? 'No data')}</div>`;
  const shown = columns
    .map((column) => ({
      column,
      config: configOf({ name: column, ...refOf(column) }, defaults, overrides),
    }))
    .filter(({ config }) => !(config.custom?.['hidden'] ?? config.custom?.['hideFrom']));
  const sort = (
    panel.options?.['sortBy'] as { displayName: string; desc?: boolean }[] | undefined
  )?.[0];
  const sorted = sort ? sortedBy(rows, keyOf(shown, sort.displayName), sort.desc) : rows;
  const head = shown.map(
    ({ column, config }) => `<th>${escaped(config.displayName ?? column)}</th>`,
  );
  const fits = Math.max(1, Math.floor(height / ROW_HEIGHT) - 1);
  const body = sorted.slice(0, fits).map((row) => {
    const cells = shown.map(({ column, config }) => {
      const value = row[column];
      if (typeof value === 'string') return `<td>${escaped(value)}</td>`;
      const { text, color } = display(value, config);
      const options = config.custom?.['cellOptions'] as { type?: string } | undefined;
      const styles: Record<string, string> = {
        'color-background': `background:${color};color:${value === undefined ? '#ccccdc' : '#111'}`,
        'color-text': `color:${color}`,
      };
      const style = value === undefined ? '' : (styles[options?.type ?? ''] ?? '');
      return `<td class="number" style="${style}">${escaped(text)}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<table><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}

function refOf(column: string): { refId?: string } {
  const refId = /^Value #(\w+)$/.exec(column)?.[1];
  return refId ? { refId } : {};
}

function keyOf(
  shown: readonly { column: string; config: { displayName?: string } }[],
  name: string,
): string {
  return (
    shown.find(({ column, config }) => (config.displayName ?? column) === name)?.column ?? name
  );
}

/** A frame for each query, with its labels and its value as columns. */
function framesOf(panel: Panel, series: readonly Series[]): Frame[] {
  const targets = panel.targets ?? [];
  return targets.map(({ refId }) => {
    const own = series.filter((each) => each.refId === refId);
    const labels = [...new Set(own.flatMap((each) => Object.keys(each.labels)))].sort();
    const value = targets.length > 1 ? `Value #${refId}` : 'Value';
    const rows = own.map((each) => ({
      Time: [...each.points.keys()].at(-1),
      ...each.labels,
      [value]: [...each.points.values()].at(-1),
    }));
    return { columns: ['Time', ...labels, value], rows };
  });
}

function transformed(frames: readonly Frame[], transformations: readonly Transformation[]): Frame {
  let all = [...frames];
  for (const { id, options = {} } of transformations) {
    switch (id) {
      case 'joinByField':
      case 'seriesToColumns':
        all = [joined(all, String(options['byField'] ?? 'Time'))];
        break;
      case 'merge':
        all = [merged(all)];
        break;
      case 'organize':
        all = all.map((frame) => organized(frame, options));
        break;
      case 'filterFieldsByName':
        all = all.map((frame) => filtered(frame, options));
        break;
      case 'sortBy': {
        const [sort] = (options['sort'] ?? []) as { field: string; desc?: boolean }[];
        if (sort)
          all = all.map((frame) => ({
            ...frame,
            rows: sortedBy(frame.rows, sort.field, sort.desc),
          }));
        break;
      }
      case 'limit':
        all = all.map((frame) => ({
          ...frame,
          rows: frame.rows.slice(0, Number(options['limitField'] ?? 10)),
        }));
    }
  }
  return all[0] ?? { columns: [], rows: [] };
}

function joined(frames: readonly Frame[], field: string): Frame {
  const rows = new Map<Cell, Record<string, Cell>>();
  const columns = new Set<string>([field]);
  frames.forEach((frame, index) => {
    // Columns that several frames have are told apart by a number, as Grafana does.
    const renamed = (column: string) =>
      column !== field && columns.has(column) ? `${column} ${index + 1}` : column;
    const names = frame.columns.map((column) => [column, renamed(column)] as const);
    for (const row of frame.rows) {
      const target = rows.get(row[field]) ?? {};
      rows.set(row[field], target);
      for (const [column, name] of names) target[name] = row[column];
    }
    for (const [, name] of names) columns.add(name);
  });
  return { columns: [...columns], rows: [...rows.values()] };
}

/** Rows that agree in all that both have become one. */
function merged(frames: readonly Frame[]): Frame {
  const columns = [...new Set(frames.flatMap((frame) => frame.columns))];
  const rows = new Map<string, Record<string, Cell>>();
  for (const row of frames.flatMap((frame) => frame.rows)) {
    const key = JSON.stringify(
      Object.entries(row)
        .filter(([name]) => name !== 'Time' && !name.startsWith('Value'))
        .sort(),
    );
    rows.set(key, { ...rows.get(key), ...row });
  }
  return { columns, rows: [...rows.values()] };
}

function organized({ columns, rows }: Frame, options: Readonly<Record<string, unknown>>): Frame {
  const {
    excludeByName = {},
    indexByName = {},
    renameByName = {},
  } = options as {
    excludeByName?: Record<string, boolean>;
    indexByName?: Record<string, number>;
    renameByName?: Record<string, string>;
  };
  const kept = columns
    .filter((column) => !excludeByName[column])
    .sort((a, b) => (indexByName[a] ?? 999) - (indexByName[b] ?? 999));
  const name = (column: string) => renameByName[column] || column;
  return {
    columns: kept.map(name),
    rows: rows.map((row) => Object.fromEntries(kept.map((column) => [name(column), row[column]]))),
  };
}

function filtered({ columns, rows }: Frame, options: Readonly<Record<string, unknown>>): Frame {
  const { names, pattern } = (options['include'] ?? {}) as { names?: string[]; pattern?: string };
  const source = pattern && (/^\/(.*)\/$/.exec(pattern)?.[1] ?? pattern);
  const kept = columns.filter(
    (column) =>
      names?.includes(column) || (source !== undefined && new RegExp(source).test(column)),
  );
  return { columns: kept, rows };
}

function sortedBy(rows: readonly Row[], column: string, desc = false): Row[] {
  const sign = desc ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [a[column], b[column]];
    if (typeof x === 'number' && typeof y === 'number') return sign * (x - y);
    if (x === undefined || y === undefined) return x === y ? 0 : x === undefined ? 1 : -1;
    return sign * String(x).localeCompare(String(y));
  });
}
