import { SEVERITIES, severityOf, subjectOf, titleOf } from '../alert-receiver.ts';
import type { Demo } from '../demo.ts';
import type { LogEntry } from '../event-log.ts';
import { PHASES } from '../phases.ts';
import type { Rates } from '../rates.ts';
import { SCALE } from '../scale.ts';
import { createLegend, createTable } from './table.ts';
import { type Line, lengthOf, type Segment } from './text.ts';

/** The minimum number of event lines; a small terminal omits the addresses. */
const MIN_EVENTS = 4;

/** Creates the content of a terminal of this size. */
export function createFrame(
  demo: Demo,
  rates: Rates,
  { width, height, isColored }: { width: number; height: number; isColored: boolean },
): Line[] {
  const rows = demo.clients.map((client) => rates.row(client));
  const above: Line[] = [
    [
      [' cockatiel-otel ', 'inverse'],
      [
        ` 1 s here is ${SCALE / 60} min of production: all documented times are divided by ${SCALE}`,
      ],
    ],
    livePageLine(demo),
    phaseLine(demo),
    [[demo.phase.description]],
    [],
    ...createTable(rows, width, isColored),
    createLegend(isColored),
    [],
    ...alerts(demo),
    [],
    [['EVENTS', 'dim']],
  ];
  const roomForAddresses = height - above.length - MIN_EVENTS;
  const addressLines: Line[] = [[], ...addresses(demo, width)].slice(
    0,
    Math.max(0, roomForAddresses),
  );
  const eventCount = Math.max(0, height - above.length - addressLines.length);
  return [...above, ...latest(demo.log.entries, eventCount), ...addressLines].slice(0, height);
}

function livePageLine({ live }: Demo): Line {
  if (live === undefined) return [];
  return [['live page ', 'dim'], [live.url, 'bold'], ['   token ', 'dim'], [live.token]];
}

/** `healthy › slow › failing ...`, and the progress of the phase. */
function phaseLine(demo: Demo): Line {
  const { phase, log: feed, phaseStartedAt: phaseBegan } = demo;
  const passed = Math.min(phase.seconds, Math.floor((feed.now - phaseBegan) / 1000));
  const names = PHASES.flatMap((candidate, index): Segment[] => [
    [index > 0 ? ' › ' : '', 'dim'],
    [candidate.name, candidate === phase ? 'news' : 'dim'],
  ]);
  return [
    ...names,
    ['   '],
    ['━'.repeat(passed), 'news'],
    ['─'.repeat(phase.seconds - passed), 'dim'],
  ];
}

/** Alerts that are shown, the worst first. */
const MAX_ALERTS = 8;

function alerts({ alerts: pager, monitoring, monitoringProblem: unmonitored }: Demo): Line[] {
  const title: Line = [['ALERTS', 'dim']];
  if (!monitoring) return [title, [[unmonitored, 'dim']]];
  if (pager.firing.size === 0) return [title, [['no alert fires', 'good']]];
  const lines = Object.entries(SEVERITIES).flatMap(([severity, [, tone]]) => {
    const firing = [...pager.firing.values()].filter((alert) => severityOf(alert) === severity);
    return [...new Set(firing.map(titleOf))].map((name): Line => {
      const subjects = firing.filter((alert) => titleOf(alert) === name).map(subjectOf);
      return [
        ['▲ ', tone],
        [name, tone],
        [`  ${subjects.join(', ')}`, 'dim'],
      ];
    });
  });
  const more = lines.length - MAX_ALERTS;
  return [
    title,
    ...lines.slice(0, MAX_ALERTS),
    ...(more > 0 ? [[[`and ${more} more`, 'dim']] as const] : []),
  ];
}

function latest(entries: readonly LogEntry[], room: number): Line[] {
  return entries.slice(entries.length - Math.min(room, entries.length)).map(toLine);
}

export function toLine({ at, tone, service, text }: LogEntry): Line {
  return [
    [`${(at / 1000).toFixed(1).padStart(6)} s  `, 'dim'],
    [(service ?? '').padEnd(service ? 12 : 0), 'bold'],
    [text, tone],
  ];
}

/** The addresses on one line if there is room, otherwise on several. */
function addresses({ metrics, monitoring }: Demo, width: number): Line[] {
  const named = [
    ['metrics', metrics],
    ['Prometheus', monitoring?.prometheus],
    ['Alertmanager', monitoring?.alertmanager],
  ].flatMap(([name, url]): Line[] => (url ? [[[`${name} `, 'dim'], [`${url}   `]]] : []));
  const line: Line = [...named.flat(), ['Ctrl-C ends', 'dim']];
  return lengthOf(line) <= width ? [line] : [...named, [['Ctrl-C ends', 'dim']]];
}
