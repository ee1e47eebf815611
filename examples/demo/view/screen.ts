import type { Demo } from '../demo.ts';
import type { Entry } from '../feed.ts';
import { SEVERITIES, severityOf, subjectOf, titleOf } from '../pager.ts';
import type { Rates } from '../rates.ts';
import { SCALE } from '../scale.ts';
import { STORY } from '../story.ts';
import { legend, table } from './table.ts';
import { type Line, lengthOf, type Segment } from './text.ts';

/** Lines of news that a small terminal has at least; the addresses give way. */
const NEWS = 4;

/** One frame: what a terminal of that size shows. */
export function frame(
  demo: Demo,
  rates: Rates,
  { width, height, coloured }: { width: number; height: number; coloured: boolean },
): Line[] {
  const rows = demo.clients.map((client) => rates.row(client));
  const above: Line[] = [
    [
      [' cockatiel-otel ', 'inverse'],
      [
        ` 1 s here is ${SCALE / 60} min of production: all documented times are divided by ${SCALE}`,
      ],
    ],
    livePage(demo),
    story(demo),
    [[demo.phase.news]],
    [],
    ...table(rows, width, coloured),
    legend(coloured),
    [],
    ...alerts(demo),
    [],
    [['WHAT JUST HAPPENED', 'dim']],
  ];
  const left = height - above.length - NEWS;
  const below: Line[] = [[], ...addresses(demo, width)].slice(0, Math.max(0, left));
  const room = Math.max(0, height - above.length - below.length);
  return [...above, ...latest(demo.feed.entries, room), ...below].slice(0, height);
}

function livePage({ live }: Demo): Line {
  if (live === undefined) return [];
  return [['live page ', 'dim'], [live.url, 'bold'], ['   token ', 'dim'], [live.token]];
}

/** `healthy › slow › failing ...`, and how far the phase is. */
function story(demo: Demo): Line {
  const { phase, feed, phaseBegan } = demo;
  const passed = Math.min(phase.seconds, Math.floor((feed.now - phaseBegan) / 1000));
  const names = STORY.flatMap((each, index): Segment[] => [
    [index > 0 ? ' › ' : '', 'dim'],
    [each.name, each === phase ? 'news' : 'dim'],
  ]);
  return [
    ...names,
    ['   '],
    ['━'.repeat(passed), 'news'],
    ['─'.repeat(phase.seconds - passed), 'dim'],
  ];
}

/** So many kinds of alerts are shown, the worst first: an incident has many symptoms. */
const MOST_ALERTS = 8;

function alerts({ pager, monitoring, unmonitored }: Demo): Line[] {
  const title: Line = [['ALERTS', 'dim']];
  if (!monitoring) return [title, [[unmonitored, 'dim']]];
  if (pager.firing.size === 0) return [title, [['none fires', 'good']]];
  const lines = Object.entries(SEVERITIES).flatMap(([severity, [, tone]]) => {
    const firing = [...pager.firing.values()].filter((each) => severityOf(each) === severity);
    return [...new Set(firing.map(titleOf))].map((name): Line => {
      const about = firing.filter((each) => titleOf(each) === name).map(subjectOf);
      return [
        ['▲ ', tone],
        [name, tone],
        [`  ${about.join(', ')}`, 'dim'],
      ];
    });
  });
  const more = lines.length - MOST_ALERTS;
  return [
    title,
    ...lines.slice(0, MOST_ALERTS),
    ...(more > 0 ? [[[`and ${more} more`, 'dim']] as const] : []),
  ];
}

function latest(entries: readonly Entry[], room: number): Line[] {
  return entries.slice(entries.length - Math.min(room, entries.length)).map(lineOf);
}

export function lineOf({ at, tone, service, text }: Entry): Line {
  return [
    [`${(at / 1000).toFixed(1).padStart(6)} s  `, 'dim'],
    [(service ?? '').padEnd(service ? 12 : 0), 'bold'],
    [text, tone],
  ];
}

/** On one line where there is room, else one line each. */
function addresses({ metrics, monitoring }: Demo, width: number): Line[] {
  const named = [
    ['metrics', metrics],
    ['Prometheus', monitoring?.prometheus],
    ['Alertmanager', monitoring?.alertmanager],
  ].flatMap(([name, url]): Line[] => (url ? [[[`${name} `, 'dim'], [`${url}   `]]] : []));
  const line: Line = [...named.flat(), ['Ctrl-C ends', 'dim']];
  return lengthOf(line) <= width ? [line] : [...named, [['Ctrl-C ends', 'dim']]];
}
