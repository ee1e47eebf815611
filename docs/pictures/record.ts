import { asksOf, type Dashboard, filled, type Panel, type Shown } from './grafana.ts';
import type { Content } from './page.ts';
import { query } from './query.ts';
import { color } from './values.ts';

/** Seconds between two openings that are told apart. */
const APART = 1;
/** Seconds between two looks at what is annotated. */
const LOOK = 0.5;

/** What every panel of a dashboard shows now. */
export async function recorded(
  prometheus: string,
  dashboard: Dashboard,
  shown: Shown,
): Promise<Map<Panel, Content>> {
  const { from, to } = shown;
  const marks = await marksOf(prometheus, dashboard, shown);
  const contents = new Map<Panel, Content>();
  for (const panel of dashboard.panels) {
    if (panel.type === 'row') continue;
    const asks = asksOf(dashboard, panel, shown);
    const series = (await Promise.all(asks.map((ask) => query(prometheus, ask, shown)))).flat();
    if (series.length === 0) console.log(`${dashboard.uid}: ${panel.title}: no data`);
    contents.set(panel, { series, from, to, marks });
  }
  return contents;
}

async function marksOf(
  prometheus: string,
  dashboard: Dashboard,
  shown: Shown,
): Promise<Content['marks']> {
  const found: { time: number; color: string }[] = [];
  for (const { expr, target, iconColor = 'red' } of dashboard.annotations?.list ?? []) {
    const text = expr ?? target?.expr;
    if (!text) continue;
    const asked = filled(text, dashboard, shown, LOOK);
    const ask = { refId: 'A', expr: asked, instant: false, step: LOOK, legend: '' };
    for (const { points } of await query(prometheus, ask, shown)) {
      let last = Number.NEGATIVE_INFINITY;
      for (const [time, value] of points) {
        if (value <= 0) continue;
        // Points side by side are one event.
        if (time - last > APART) found.push({ time, color: color(iconColor) });
        last = time;
      }
    }
  }
  return found;
}
