/**
 * `npx tsx docs/pictures/render.ts`: draws each dashboard, filled by the demo's incident, into
 * `docs/dashboard-*.png`. Needs prometheus, alertmanager and chromium on the PATH, and a build.
 */
import { writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { findProgram } from '../../examples/demo/processes.ts';
import { SCALE } from '../../examples/demo/scale.ts';
import { generate } from '../../src/generate/index.ts';
import { asksOf, type Dashboard, filled, type Panel, panelsOf } from './grafana.ts';
import { duringAnIncident } from './incident.ts';
import { type Content, pageOf } from './page.ts';
import { query } from './query.ts';
import { color } from './values.ts';

const WIDTH = 1280;
/** What a reader of one dashboard has chosen. */
const CHOSEN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // Has all five policies.
  'resilience-policy': { policy: 'llm' },
};
const SCRAPE_SECONDS = 15 / SCALE;

const executablePath = findProgram('chromium', 'chromium-browser', 'google-chrome');
if (executablePath === undefined) throw new Error('Expected chromium on the PATH, found none');

const dashboards = Object.entries(generate({ timeScale: SCALE }))
  .filter(([path]) => path.startsWith('dashboards/'))
  .map(([, content]) => JSON.parse(content) as Dashboard);

const pages = await duringAnIncident(async (prometheus, from) => {
  const to = Date.now() / 1000;
  return Promise.all(
    dashboards.map(async (dashboard) => {
      const variables = CHOSEN[dashboard.uid] ?? {};
      const shown = { from, to, width: WIDTH, scrapeInterval: SCRAPE_SECONDS, variables };
      const marks = await marksOf(dashboard);
      const contents = new Map<Panel, Content>();
      for (const panel of panelsOf(dashboard)) {
        const asks = asksOf(dashboard, panel, shown);
        const series = await Promise.all(asks.map((ask) => query(prometheus, ask, shown)));
        if (asks.length > 0 && series.flat().length === 0)
          console.log(`${dashboard.uid}: ${panel.title}: no data`);
        contents.set(panel, { series: series.flat(), from, to, marks });
      }
      const page = pageOf(dashboard, WIDTH, variables, (panel) => contents.get(panel) as Content);
      return { uid: dashboard.uid, page };

      async function marksOf({ annotations }: Dashboard) {
        const found: { time: number; color: string }[] = [];
        for (const { expr, target, iconColor = 'red' } of annotations?.list ?? []) {
          const text = expr ?? target?.expr;
          if (!text) continue;
          const ask = {
            refId: 'A',
            expr: filled(text, dashboard, shown, 1),
            instant: false,
            step: 0.5,
            legend: '',
          };
          for (const { points } of await query(prometheus, ask, shown)) {
            let last = Number.NEGATIVE_INFINITY;
            for (const [time, value] of points) {
              // Points side by side are one event.
              if (value > 0 && time - last > 1) found.push({ time, color: color(iconColor) });
              if (value > 0) last = time;
            }
          }
        }
        return found;
      }
    }),
  );
});

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  for (const { uid, page: html } of pages) {
    const page = await browser.newPage({ viewport: { width: WIDTH, height: 900 } });
    page.on('pageerror', (error) => console.error(error));
    if (process.env['PAGES']) writeFileSync(`${process.env['PAGES']}/${uid}.html`, html);
    await page.setContent(html);
    await page.waitForSelector('body[data-drawn]');
    const path = `docs/${uid.replace('resilience-', 'dashboard-')}.png`;
    await page.screenshot({ path, fullPage: true });
    console.log(path);
    await page.close();
  }
} finally {
  await browser.close();
}
