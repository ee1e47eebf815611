/**
 * `npm run pictures`: draws each dashboard, filled by the demo's incident, into
 * `docs/dashboard-*.png`, and the live page into `docs/live*.png`; with `live` as its argument that
 * alone. Needs prometheus, alertmanager and chromium on the PATH.
 */
import { findProgram } from '../../examples/demo/processes.ts';
import { SCALE } from '../../examples/demo/scale.ts';
import { generate } from '../../src/generate/index.ts';
import type { Dashboard } from './grafana.ts';
import { duringAnIncident } from './incident.ts';
import { drawLive } from './live/draw.ts';
import { type Content, pageOf } from './page.ts';
import { print } from './print.ts';
import { recorded } from './record.ts';

const WIDTH = 1280;
const SCRAPE_SECONDS = 15 / SCALE;
/** What a reader of one dashboard has chosen: a policy that has all five. */
const CHOSEN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'resilience-policy': { policy: 'llm' },
};

const browser = findProgram('chromium', 'chromium-browser', 'google-chrome');
if (browser === undefined) throw new Error('Expected chromium on the PATH, found none');

await drawLive(browser);
if (process.argv[2] === 'live') process.exit();

const dashboards = Object.entries(generate({ timeScale: SCALE }))
  .filter(([path]) => path.startsWith('dashboards/'))
  .map(([, content]) => JSON.parse(content) as Dashboard);

const pages = await duringAnIncident(async (prometheus, from) => {
  const drawn: Record<string, string> = {};
  const to = Date.now() / 1000;
  for (const dashboard of dashboards) {
    const variables = CHOSEN[dashboard.uid] ?? {};
    const shown = { from, to, width: WIDTH, scrapeInterval: SCRAPE_SECONDS, variables };
    const contents = await recorded(prometheus, dashboard, shown);
    drawn[`docs/${dashboard.uid.replace('resilience-', 'dashboard-')}.png`] = pageOf(
      dashboard,
      WIDTH,
      variables,
      (panel) => contents.get(panel) as Content,
    );
  }
  return drawn;
});
await print(browser, WIDTH, pages);
