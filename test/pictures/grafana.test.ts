import { describe, expect, it } from 'vitest';
import { asksOf, type Dashboard, type Panel, panelsOf } from '../../docs/pictures/grafana.ts';
import { KINDS } from '../../docs/pictures/page.ts';
import { generate } from '../../src/generate/index.ts';

const panel = (expr: string, w: number): Panel => ({
  id: 1,
  type: 'timeseries',
  gridPos: { x: 0, y: 0, w, h: 8 },
  targets: [{ refId: 'A', expr }],
});

const dashboard: Dashboard = {
  uid: 'some',
  title: 'Some',
  panels: [],
  templating: {
    list: [
      { name: 'job', allValue: '.*', current: { value: ['$__all'] } },
      { name: 'policy', current: { value: ['a', 'b'] } },
    ],
  },
};

const hour = { from: 0, to: 3600, width: 1280, scrapeInterval: 15 };

describe('what is asked for a picture', () => {
  it('has a point for each pixel, but not more than there are scrapes', () => {
    const [asked] = asksOf(dashboard, panel('up', 24), hour);
    expect(asked?.step).toBe(15);
    const [day] = asksOf(dashboard, panel('up', 12), { ...hour, to: 86_400 });
    expect(day?.step).toBe(86_400 / 640);
  });

  it('has a rate interval that four scrapes fit into', () => {
    const [asked] = asksOf(dashboard, panel('rate(up[$__rate_interval])', 24), hour);
    expect(asked?.expr).toBe('rate(up[60000ms])');
    const [day] = asksOf(dashboard, panel('rate(up[$__rate_interval])', 12), {
      ...hour,
      to: 86_400,
    });
    expect(day?.expr).toBe('rate(up[150000ms])');
  });

  it('has the values of variables, or those that somebody has chosen', () => {
    const query = panel('up{job=~"$job",policy=~"${policy:regex}"}', 24);
    expect(asksOf(dashboard, query, hour)[0]?.expr).toBe('up{job=~".*",policy=~"a|b"}');
    const variables = { policy: 'c' };
    expect(asksOf(dashboard, query, { ...hour, variables })[0]?.expr).toBe(
      'up{job=~".*",policy=~"c"}',
    );
  });

  it('leaves nothing for Grafana to fill in, and no kind of panel undrawn', () => {
    const dashboards = Object.entries(generate())
      .filter(([path]) => path.startsWith('dashboards/'))
      .map(([, content]) => JSON.parse(content) as Dashboard);
    expect(dashboards.length).toBeGreaterThan(0);
    for (const dashboard of dashboards) {
      for (const one of panelsOf(dashboard)) {
        expect(Object.keys(KINDS)).toContain(one.type);
        for (const { expr } of asksOf(dashboard, one, hour)) expect(expr).not.toContain('$');
      }
    }
  });
});
