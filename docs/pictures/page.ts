import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { COLUMNS, type Dashboard, type GridPos, type Panel } from './grafana.ts';
import { escaped } from './html.ts';
import type { Drawing } from './panels/drawing.ts';
import { lines } from './panels/lines.ts';
import { bars, stat } from './panels/stat.ts';
import { table } from './panels/table.ts';
import { timeline } from './panels/timeline.ts';

/** Of Grafana: a unit of height and the gap between two panels. */
const UNIT = 30;
const GAP = 8;
const HEADING = 28;

/** Kinds of panels that can be drawn. */
export const KINDS: Readonly<Record<string, (drawing: Drawing) => string>> = {
  stat,
  gauge: stat,
  bargauge: bars,
  timeseries: lines,
  'state-timeline': timeline,
  table,
  text: ({ panel }) =>
    `<div class="text">${escaped(String(panel.options?.['content'] ?? ''))}</div>`,
};

export type Content = Pick<Drawing, 'series' | 'from' | 'to' | 'marks'>;

/** A page that looks as Grafana shows a dashboard; scripts in it draw the lines. */
export function pageOf(
  dashboard: Dashboard,
  width: number,
  variables: Readonly<Record<string, string>>,
  contentOf: (panel: Panel) => Content,
): string {
  // What is in a collapsed row is not in view.
  const all = dashboard.panels;
  const height = Math.max(...all.map(({ gridPos }) => gridPos.y + gridPos.h)) * (UNIT + GAP) + GAP;
  const asset = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
  const uplot = createRequire(import.meta.url).resolve('uplot/dist/uPlot.iife.min.js');
  const head = dashboard.templating.list
    .filter(({ type }) => type !== 'datasource')
    .map(
      ({ name, label }) =>
        `<span>${escaped(label ?? name)}: ${escaped(variables[name] ?? 'All')}</span>`,
    );
  return `<!doctype html><meta charset="utf-8"><style>
    ${readFileSync(uplot.replace('uPlot.iife.min.js', 'uPlot.min.css'), 'utf8')}${asset('style.css')}</style>
    <body style="width:${width}px"><header><h1>${escaped(dashboard.title)}</h1>${head.join('')}</header>
    <main style="height:${height}px">${all.map((panel) => section(panel, width, contentOf)).join('')}</main>
    <script>${readFileSync(uplot, 'utf8')}</script><script>${asset('chart.js')}</script>`;
}

function section(panel: Panel, width: number, contentOf: (panel: Panel) => Content): string {
  const { x, y, w, h } = placeOf(panel.gridPos, width);
  const style = `left:${x}px;top:${y}px;width:${w}px;height:${h}px`;
  const heading = `<h2>${escaped(panel.title ?? '')}</h2>`;
  if (panel.type === 'row') return `<section class="row" style="${style}">${heading}</section>`;
  const room = { width: w - 18, height: h - HEADING - 8 };
  const draw = KINDS[panel.type];
  const body = draw
    ? draw({ panel, ...contentOf(panel), ...room })
    : `<div class="nothing">a panel of the kind ${escaped(panel.type)}</div>`;
  return `<section style="${style}">${heading}<div style="height:${room.height}px">${body}</div></section>`;
}

function placeOf({ x, y, w, h }: GridPos, width: number) {
  const column = (width - GAP) / COLUMNS;
  return {
    x: GAP + x * column,
    y: y * (UNIT + GAP),
    w: w * column - GAP,
    h: h * (UNIT + GAP) - GAP,
  };
}
