import { CLOSED, circuits, outage, type Stay } from '../circuit.ts';
import { always, minutes, never, type Scenario, T, type Table } from '../scenario.ts';
import type { Replica } from '../series.ts';

const ISOLATED: readonly Stay[] = [{ state: 'isolated', seconds: 0 }];
const POLICY = ['servicenow'];
const LONG = outage(T, minutes(30));
/** What begins at a time, in the state that its list begins with. */
const from = (time: number, stays: readonly Stay[]): Stay[] => [
  { state: 'down', seconds: time },
  ...stays,
];
const times = (count: number, stays: readonly Stay[]) => Array.from({ length: count }, () => stays);

/** A replica that is asked a moment after a sample is due. */
function late(replica: Replica, seconds: (time: number) => number): Replica {
  const series = replica.series.map((each) => ({
    ...each,
    value: (time: number) => each.value(time + seconds(time)),
  }));
  return { ...replica, series };
}

const openFleetWide: Table = {
  alert: 'ResilienceCircuitBreakerOpenFleetWide',
  label: 'policy',
  scenarios: [
    {
      title: 'fires where all replicas are open for minutes, and resolves',
      replicas: [circuits('a', [LONG]), circuits('b', [outage(T + 20, minutes(30))])],
      firing: {
        [T]: [],
        [T + minutes(1)]: [],
        ...always(POLICY, T + minutes(6), T + minutes(29)),
        [T + minutes(33)]: [],
      },
    },
    {
      title: 'fires where half of them are, however slow their probes',
      replicas: [
        circuits('a', [outage(T, minutes(30), { probeSeconds: 30 })]),
        circuits('b', [outage(T, minutes(30), { resetSeconds: 15, probeSeconds: 15 })]),
        circuits('c', [CLOSED]),
        circuits('d', [CLOSED]),
      ],
      firing: always(POLICY, T + minutes(7), T + minutes(29)),
    },
    {
      title: 'fires where all open and close again and again, however scrapes fall',
      replicas: ['a', 'b', 'c', 'd'].map((name) => circuits(name, [flap(60, 20)])),
      firing: always(POLICY, T + minutes(8), T + minutes(29), 15),
    },
    {
      title: 'stays silent where one replica is all there is, and its first probe succeeds',
      replicas: [circuits('a', [outage(T, 62)])],
      firing: never(T + minutes(8), 15),
    },
    {
      title: 'fires on where three of four are, and a scrape is missed',
      replicas: [
        circuits('a', [LONG], { missed: [[T + minutes(15), T + minutes(15) + 15]] }),
        circuits('b', [LONG]),
        circuits('c', [LONG]),
        circuits('d', [CLOSED]),
      ],
      firing: always(POLICY, T + minutes(7), T + minutes(29), 15),
    },
    {
      title: 'fires on through a restart of one replica, and a deploy of all, while it lasts',
      replicas: [
        circuits('a', [
          [
            ...outage(T, minutes(10)).slice(0, -1),
            { state: 'down', seconds: 10 },
            { state: 'open', seconds: 0 },
          ],
        ]),
        circuits('b', [LONG]),
      ],
      firing: always(POLICY, T + minutes(7), T + minutes(25)),
    },
    {
      title: 'fires where half of them are, though no scrape is quite on time',
      replicas: [circuits('a', [LONG]), circuits('b', [CLOSED])].map((replica, i) =>
        late(replica, (time) => ((time * (i + 7)) % 13) / 50),
      ),
      firing: always(POLICY, T + minutes(7), T + minutes(29)),
    },
    {
      title: 'stays silent where one of four is open and two are isolated',
      replicas: [
        circuits('a', [LONG]),
        circuits('b', [CLOSED]),
        circuits('c', [ISOLATED]),
        circuits('d', [ISOLATED]),
      ],
      firing: never(T + minutes(32)),
    },
    {
      title: 'stays silent for a new service that starts before its dependency',
      replicas: [
        circuits('new', [from(T, [{ state: 'closed', seconds: 3 }, ...outage(0, 62).slice(1)])]),
      ],
      firing: never(T + minutes(10), 15),
    },
    {
      title: 'stays silent for a deploy of the only replica that starts before its dependency',
      replicas: [
        circuits('old', [CLOSED], { down: [[T, T * 9]] }),
        circuits('new', [from(T, [{ state: 'closed', seconds: 3 }, ...outage(0, 62).slice(1)])]),
      ],
      firing: never(T + minutes(10), 15),
    },
    {
      title: 'stays silent where all were open for 95 s, and are closed again',
      replicas: ['a', 'b'].map((name) => circuits(name, [outage(T + 1, 95, { resetSeconds: 95 })])),
      firing: never(T + minutes(10), 15),
    },
    {
      title: 'stays silent where one replica of four is open',
      replicas: [circuits('a', [LONG]), ...['b', 'c', 'd'].map((name) => circuits(name, [CLOSED]))],
      firing: never(T + minutes(32)),
    },
    {
      title: 'stays silent where an open breaker is idle, or all are isolated',
      replicas: [
        circuits('a', [LONG], { calls: false }),
        circuits('b', [outage(T, minutes(30))], { calls: false }),
      ],
      firing: never(T + minutes(32)),
    },
    {
      title: 'stays silent where all are isolated by hand',
      replicas: [circuits('a', [ISOLATED]), circuits('b', [ISOLATED])],
      firing: never(T + minutes(10)),
    },
    {
      title: 'stays silent where the first probe of an outage of a minute succeeds',
      replicas: [circuits('a', [outage(T + 5, 60)]), circuits('b', [outage(T + 9, 60)])],
      firing: never(T + minutes(10)),
    },
    {
      title: 'stays silent over restarts and a gap of 6 min',
      replicas: [
        circuits(
          'a',
          [[{ state: 'closed', seconds: T }, { state: 'down', seconds: 20 }, ...CLOSED]],
          {
            missed: [[T + 300, T + 660]],
          },
        ),
      ],
      firing: never(T + minutes(20)),
    },
  ],
};

const SILENT_TIMES = [1, 2, 3, 4, 5, 6, 8, 10].map((at) => T + minutes(at));
const silent = Object.fromEntries(SILENT_TIMES.map((time) => [time, []]));

const stuckOpen: Table = {
  alert: 'ResilienceCircuitBreakerStuckOpen',
  label: 'instance',
  scenarios: [
    {
      title: 'fires while it is open under traffic, from the end of the window to the recovery',
      replicas: [circuits('a', [LONG]), circuits('b', [outage(T + 91, minutes(30))])],
      firing: {
        [T]: [],
        [T + minutes(4)]: [],
        [T + minutes(6)]: ['a'],
        [T + minutes(8)]: ['a', 'b'],
        [T + minutes(15)]: ['a', 'b'],
        [T + minutes(29)]: ['a', 'b'],
        [T + minutes(33)]: [],
      },
    },
    {
      title: 'fires where the probe is slow and is seen half-open again and again',
      replicas: [circuits('a', [outage(T, minutes(30), { probeSeconds: 30 })])],
      firing: {
        [T]: [],
        [T + minutes(4)]: [],
        ...always(['a'], T + minutes(7), T + minutes(28)),
        [T + minutes(32)]: [],
      },
    },
    {
      title: 'fires where half-open is seen at every other scrape',
      replicas: [
        circuits('a', [outage(T, minutes(30), { resetSeconds: 15, probeSeconds: 15 })]),
        circuits('b', [outage(T, minutes(30), { resetSeconds: 60, probeSeconds: 60 })]),
      ],
      firing: always(['a', 'b'], T + minutes(7), T + minutes(28)),
    },
    {
      title: 'never fires for an open breaker that nobody calls',
      replicas: [circuits('idle', [LONG], { calls: false }), circuits('a', [LONG])],
      firing: { [T + minutes(7)]: ['a'], [T + minutes(20)]: ['a'] },
    },
    {
      title: 'never fires for a breaker that is isolated by hand, or is open for a moment after it',
      replicas: [
        circuits('a', [
          [{ state: 'closed', seconds: T }, { state: 'isolated', seconds: minutes(30) }, ...CLOSED],
        ]),
        circuits('b', [
          [
            { state: 'isolated', seconds: T + minutes(6) },
            { state: 'open', seconds: 30 },
            ...CLOSED,
          ],
        ]),
      ],
      firing: never(T + minutes(31), 15),
    },
    {
      title: 'never fires for an outage of 4 min, the first or a later one, however scrapes fall',
      replicas: [0, 1, 7, 14, 20, 29, 31, 45, 59].map((phase) =>
        circuits(`phase ${phase}`, [
          [...outage(T + phase, minutes(4)), ...outage(minutes(10), minutes(4))],
        ]),
      ),
      firing: always([], T, T + minutes(24), 15),
    },
    {
      title: 'fires for the one of several replicas that is stuck',
      replicas: [circuits('a', [outage(T, 60)]), circuits('b', [LONG]), circuits('c', [CLOSED])],
      firing: { [T]: [], [T + minutes(7)]: ['b'], [T + minutes(20)]: ['b'] },
    },
    {
      title: 'goes on through a restart after which the circuit opens again',
      replicas: [
        circuits('a', [
          [
            { state: 'closed', seconds: T },
            { state: 'open', seconds: minutes(10) },
            { state: 'down', seconds: 1 },
            { state: 'closed', seconds: 2 },
            { state: 'open', seconds: minutes(30) },
          ],
        ]),
      ],
      firing: Object.fromEntries([8, 10.5, 12, 17].map((at) => [T + minutes(at), ['a']])),
    },
    {
      title: 'does not take the time before a restart for time open',
      replicas: [
        circuits('a', [
          [
            { state: 'closed', seconds: T },
            { state: 'down', seconds: 1 },
            { state: 'open', seconds: minutes(4) },
            ...CLOSED,
          ],
        ]),
      ],
      firing: silent,
    },
    {
      title: 'does not take the time that a replica was down for time open',
      replicas: [
        circuits('a', [
          [
            { state: 'closed', seconds: T },
            { state: 'down', seconds: minutes(4) },
            { state: 'open', seconds: minutes(3) },
            ...CLOSED,
          ],
        ]),
      ],
      firing: always([], T + minutes(4.25), T + minutes(8), 15),
    },
    {
      title: 'does not fire for replicas that start during an outage before their window is over',
      replicas: [
        circuits('one breaker', [from(T, [{ state: 'open', seconds: minutes(4) }, ...CLOSED])]),
        circuits('ten', times(10, from(T, [{ state: 'open', seconds: minutes(4) }, ...CLOSED]))),
      ],
      firing: silent,
    },
    {
      title: 'does not add up the short stays of many breakers under one name',
      replicas: [
        circuits('all at once', times(10, outage(T, 90))),
        circuits(
          'one after the other',
          Array.from({ length: 10 }, (_, i) => outage(T + i * 120, 60)),
        ),
        circuits('two for 4 min', times(2, outage(T, minutes(4)))),
        circuits('beside one isolated', [...times(2, outage(T, 150)), ISOLATED]),
      ],
      firing: silent,
    },
    {
      title: 'fires for one breaker of many under one name',
      replicas: [
        circuits('a', [LONG, outage(T + 100, 60), ...times(8, CLOSED)]),
        circuits('beside one isolated', [LONG, ISOLATED]),
      ],
      firing: {
        [T + minutes(4)]: [],
        [T + minutes(7)]: ['a', 'beside one isolated'],
        [T + minutes(20)]: ['a', 'beside one isolated'],
        [T + minutes(32)]: [],
      },
    },
    {
      title: 'does not flicker where a scrape is missed',
      replicas: [
        circuits('a', [LONG], {
          missed: [
            [T + minutes(10), T + minutes(10) + 15],
            [T + minutes(12), T + minutes(12) + 15],
          ],
        }),
      ],
      firing: always(['a'], T + minutes(8), T + minutes(18), 15),
    },
    {
      title: 'tells its policy where the road gives no instance',
      replicas: [{ ...circuits('', [LONG]) }],
      firing: { [T]: [], [T + minutes(7)]: [''], [T + minutes(32)]: [] },
    },
  ],
};

/** True of an opening and of a failed probe: something that a counter has. */
function countedOnce(seconds: number): Scenario[] {
  return [
    {
      title: 'fires for a single one, even between two scrapes, and resolves',
      replicas: [
        circuits('a', [outage(T + 1, seconds, { resetSeconds: 5 })]),
        circuits('b', [CLOSED]),
      ],
      firing: {
        [T]: [],
        [T + minutes(3)]: POLICY,
        [T + minutes(4)]: POLICY,
        [T + minutes(10)]: [],
      },
    },
    {
      title: 'fires for one of a new replica before its first scrape',
      replicas: [
        circuits('a', [CLOSED]),
        circuits('new', [from(T - seconds, outage(0.5, seconds, { resetSeconds: 5 }))]),
      ],
      firing: { [T - seconds]: [], [T + minutes(2)]: POLICY, [T + minutes(10)]: [] },
    },
    {
      title:
        'fires for one of a restarted replica before its first scrape, and on through missed scrapes',
      replicas: [
        circuits(
          'a',
          [
            [
              { state: 'closed', seconds: T + 1 },
              { state: 'down', seconds: 1 },
              ...outage(0.5, 12, { resetSeconds: 5 }),
            ],
          ],
          { missed: [[T + minutes(3), T + minutes(3) + 15]] },
        ),
      ],
      firing: { [T]: [], ...always(POLICY, T + minutes(2), T + minutes(4)), [T + minutes(10)]: [] },
    },
    {
      title: 'fires where a restart follows it',
      replicas: [
        circuits('a', [
          [
            ...outage(T + 1, seconds).slice(0, -1),
            { state: 'closed', seconds: 70 },
            { state: 'down', seconds: 10 },
            ...CLOSED,
          ],
        ]),
      ],
      firing: {
        [T]: [],
        [T + seconds + 60]: POLICY,
        [T + seconds + 120]: POLICY,
        [T + minutes(12)]: [],
      },
    },
    {
      title: 'fires on where a new replica is restarted after it',
      replicas: [
        circuits('a', [
          from(T, [
            { state: 'closed', seconds: 65 },
            ...outage(1, seconds).slice(0, -1),
            { state: 'closed', seconds: 65 },
            { state: 'down', seconds: 5 },
            ...CLOSED,
          ]),
        ]),
      ],
      firing: {
        [T]: [],
        ...always(POLICY, T + seconds + 120, T + seconds + 240),
        [T + minutes(12)]: [],
      },
    },
    {
      title:
        'stays silent for a replica that counted many and restarts, is missed, or is out of reach for 6 min',
      replicas: [
        circuits(
          'a',
          [
            [
              ...outage(60, 130),
              { state: 'closed', seconds: T },
              { state: 'down', seconds: 20 },
              ...CLOSED,
            ],
          ],
          {
            missed: [[T - 300, T - 285]],
          },
        ),
        circuits('b', [outage(60, 130)], { missed: [[T, T + 360]] }),
      ],
      firing: always([], minutes(12), T + minutes(30)),
    },
    {
      title: 'stays silent where Prometheus begins to watch an old process',
      replicas: [circuits('a', [outage(60, 130)], { missed: [[0, T]] })],
      firing: never(T + minutes(10)),
    },
    {
      title: 'stays silent where an old process makes many new breakers under a name that had it',
      replicas: [circuits('a', [outage(60, 130), ...times(30, from(T, CLOSED))])],
      firing: always([], minutes(12), T + minutes(10)),
    },
    {
      title: 'stays silent where nobody calls, or a circuit is isolated and released',
      replicas: [
        circuits('a', [CLOSED], { calls: false }),
        circuits('b', [
          [{ state: 'closed', seconds: T }, { state: 'isolated', seconds: 60 }, ...CLOSED],
        ]),
      ],
      firing: never(T + minutes(10)),
    },
  ];
}

const probeFailed: Table = {
  alert: 'ResilienceCircuitBreakerProbeFailed',
  label: 'policy',
  scenarios: [
    ...countedOnce(61),
    {
      title: 'fires as long as probes fail, however slow they are',
      replicas: [circuits('a', [outage(T, minutes(30), { probeSeconds: 30 })])],
      firing: { [T + 60]: [], ...always(POLICY, T + minutes(3), T + minutes(30)) },
    },
    {
      title: 'stays silent where the first probe succeeds',
      replicas: [
        circuits('a', [outage(T + 5, 60)]),
        circuits('b', [outage(T + 9, 30, { resetSeconds: 30 })]),
      ],
      firing: never(T + minutes(10)),
    },
  ],
};

const opened: Table = {
  alert: 'ResilienceCircuitBreakerOpened',
  label: 'policy',
  scenarios: [
    ...countedOnce(60),
    {
      title: 'fires for an opening that is over before the next scrape',
      replicas: [circuits('a', [outage(T + 1, 3, { resetSeconds: 3 })])],
      firing: { [T]: [], [T + minutes(2)]: POLICY, [T + minutes(4)]: POLICY, [T + minutes(8)]: [] },
    },
    {
      title: 'stays silent where a probe fails and the circuit opens once more',
      replicas: [circuits('a', [outage(60, minutes(60))])],
      firing: always([], minutes(9), T + minutes(20)),
    },
  ],
};

/** Openings at these times, each of half a minute. */
const openings = (...at: readonly number[]): Stay[] =>
  at.flatMap((time, i) => outage(time - (i === 0 ? 0 : (at[i - 1] ?? 0) + 30), 30));

const flapping: Table = {
  alert: 'ResilienceCircuitBreakerFlapping',
  label: 'instance',
  scenarios: [
    {
      title: 'fires for 3 openings of one replica in 30 min, and resolves',
      replicas: [
        circuits('a', [openings(T, T + minutes(9), T + minutes(18))]),
        circuits('b', [openings(T)]),
      ],
      firing: {
        [T + minutes(17)]: [],
        [T + minutes(20)]: ['a'],
        [T + minutes(29)]: ['a'],
        [T + minutes(33)]: [],
      },
    },
    {
      title: 'fires where a restart lies between, and a missed scrape',
      replicas: [
        circuits(
          'a',
          [
            [
              ...openings(T, T + minutes(5)),
              { state: 'closed', seconds: 100 },
              { state: 'down', seconds: 5 },
              ...outage(1, 30),
            ],
          ],
          { missed: [[T + minutes(12), T + minutes(12) + 15]] },
        ),
      ],
      firing: { [T + minutes(7)]: [], ...always(['a'], T + minutes(9), T + minutes(28)) },
    },
    {
      title: 'fires for 3 of a new replica, the first before its first scrape',
      replicas: [circuits('a', [CLOSED]), circuits('new', [from(T, openings(1, 100, 200))])],
      firing: {
        [T + 180]: [],
        [T + minutes(5)]: ['new'],
        [T + minutes(25)]: ['new'],
        [T + minutes(40)]: [],
      },
    },
    {
      title: 'stays silent at one opening with ten failed probes, and at two',
      replicas: [
        circuits('a', [outage(T, minutes(11))]),
        circuits('b', [openings(T, T + minutes(5))]),
        circuits('new', [from(T, openings(20, 90))]),
      ],
      firing: never(T + minutes(40)),
    },
    {
      title: 'stays silent at 3 in 40 min, and at one of each of 4 replicas',
      replicas: [
        circuits('slow', [openings(T, T + minutes(20), T + minutes(40))]),
        ...[1, 2, 3, 4].map((i) => circuits(`${i}`, [openings(T + i)])),
      ],
      firing: never(T + minutes(45)),
    },
    {
      title:
        'stays silent for restarts and gaps of a replica that opened often, idle, and an old process',
      replicas: [
        circuits('a', [
          [
            ...openings(60, 120, 180, 240),
            { state: 'closed', seconds: minutes(40) },
            { state: 'down', seconds: 20 },
            ...CLOSED,
          ],
        ]),
        circuits('b', [openings(60, 120, 180, 240)], { missed: [[minutes(40), minutes(46)]] }),
        circuits('c', [openings(60, 120, 180, 240)], { missed: [[0, minutes(40)]] }),
        circuits('idle', [CLOSED], { calls: false }),
      ],
      firing: always([], minutes(37), minutes(80)),
    },
  ],
};

const isolatedFor = (begin: number, seconds: number): Stay[] => [
  { state: 'closed', seconds: begin },
  { state: 'isolated', seconds },
  ...CLOSED,
];

const isolated: Table = {
  alert: 'ResilienceCircuitBreakerIsolated',
  label: 'policy',
  scenarios: [
    {
      title:
        'fires when it was isolated for an hour, called or not, and resolves when it is released',
      replicas: [
        circuits('a', [isolatedFor(T, minutes(100))], { calls: false }),
        circuits('b', [CLOSED]),
      ],
      firing: {
        [T + minutes(50)]: [],
        [T + minutes(59)]: [],
        ...always(POLICY, T + minutes(62), T + minutes(99)),
        [T + minutes(102)]: [],
      },
    },
    {
      title: 'fires on over missed scrapes and a restart into isolation',
      replicas: [
        circuits(
          'a',
          [
            [
              { state: 'isolated', seconds: minutes(80) },
              { state: 'down', seconds: 10 },
              ...ISOLATED,
            ],
          ],
          {
            missed: [[minutes(70), minutes(70) + 15]],
          },
        ),
      ],
      firing: { [minutes(50)]: [], ...always(POLICY, minutes(62), minutes(100)) },
    },
    {
      title: 'stays silent for 20 min, or 50, or again and again',
      replicas: [
        circuits('a', [isolatedFor(T, minutes(20))]),
        circuits('b', [isolatedFor(T, minutes(50))]),
        circuits('c', [
          [...isolatedFor(T, minutes(40)).slice(0, -1), ...isolatedFor(120, minutes(40))],
        ]),
        circuits('three of 20 min', times(3, isolatedFor(T, minutes(20)))),
      ],
      firing: never(T + minutes(100)),
    },
    {
      title: 'stays silent for a replica that starts isolated, for long open ones, and idle',
      replicas: [
        circuits('a', [from(T, ISOLATED)]),
        circuits('b', [outage(60, minutes(150))]),
        circuits('idle', [CLOSED], { calls: false }),
      ],
      firing: never(T + minutes(50)),
    },
  ],
};

/** Open and closed in turn, for half an hour. */
function flap(open: number, closed: number): Stay[] {
  const turns = Math.floor(minutes(30) / (open + closed));
  return [
    { state: 'closed', seconds: T },
    ...Array.from({ length: turns }, (): Stay[] => [
      { state: 'open', seconds: open },
      { state: 'closed', seconds: closed },
    ]).flat(),
  ];
}

const slowRecovery = (begin: number, seconds = minutes(8)) => outage(begin, seconds);
const HOUR = minutes(60);

const recoverySlow: Table = {
  alert: 'ResilienceRecoverySlow',
  label: 'policy',
  scenarios: [
    {
      title: 'fires for exactly 3 recoveries of 8 min, and resolves a day later',
      replicas: [
        circuits('a', [
          [
            ...slowRecovery(HOUR),
            ...slowRecovery(HOUR),
            ...slowRecovery(HOUR),
            { state: 'closed', seconds: 0 },
          ],
        ]),
      ],
      firing: {
        [HOUR * 3]: [],
        ...always(POLICY, HOUR * 4, HOUR * 25, HOUR),
        [HOUR * 27]: [],
      },
      long: true,
    },
    {
      title:
        'fires for 3 spread over replicas, of which one is new, one restarts and one misses a scrape',
      replicas: [
        circuits('a', [
          [
            ...slowRecovery(HOUR),
            { state: 'closed', seconds: 7 },
            { state: 'down', seconds: 20 },
            ...CLOSED,
          ],
        ]),
        circuits('b', [from(HOUR * 2 + 131, slowRecovery(5))]),
        circuits('c', [slowRecovery(HOUR * 3)], { missed: [[HOUR * 3 + 480, HOUR * 3 + 540]] }),
      ],
      firing: { [HOUR * 3]: [], ...always(POLICY, HOUR * 3 + 1500, HOUR * 20, HOUR) },
      long: true,
    },
    {
      title: 'fires where each replica is restarted after its recovery, and begins anew',
      replicas: [
        circuits('a', [
          [
            ...slowRecovery(HOUR),
            { state: 'closed', seconds: HOUR },
            { state: 'down', seconds: 20 },
            ...slowRecovery(HOUR),
            { state: 'closed', seconds: HOUR },
            { state: 'down', seconds: 20 },
            ...slowRecovery(HOUR),
          ],
        ]),
      ],
      firing: { [HOUR * 5]: [], ...always(POLICY, HOUR * 6, HOUR * 20, HOUR) },
      long: true,
    },
    {
      title: 'stays silent at 2 recoveries, the first of each replica',
      replicas: [
        circuits('a', [slowRecovery(HOUR + 7, HOUR)]),
        circuits('b', [slowRecovery(HOUR * 2, HOUR)]),
        circuits('idle', [CLOSED], { calls: false }),
      ],
      firing: never(HOUR * 26, 1800),
      long: true,
    },
    {
      title: 'stays silent where many recover in 4 min, or 5',
      replicas: [
        circuits('a', [Array.from({ length: 10 }, () => outage(HOUR, minutes(4))).flat()]),
        circuits('b', [Array.from({ length: 10 }, () => outage(HOUR, minutes(5))).flat()]),
      ],
      firing: never(HOUR * 14, 1800),
      long: true,
    },
    {
      title: 'stays silent for what an old process recovered from before Prometheus watched it',
      replicas: [
        circuits('a', [[...slowRecovery(60), ...slowRecovery(60), ...slowRecovery(60)]], {
          missed: [[0, HOUR * 2]],
        }),
      ],
      firing: never(HOUR * 8, 600),
      long: true,
    },
    {
      title: 'stays silent for two, however often Prometheus could not reach them',
      replicas: [
        circuits('a', [[...slowRecovery(HOUR), ...slowRecovery(60)]], {
          missed: [
            [HOUR * 1.5, HOUR * 1.5 + 60],
            [HOUR * 3, HOUR * 3 + 360],
            [HOUR * 4, HOUR * 4 + 1800],
          ],
        }),
        circuits('b', [CLOSED]),
      ],
      firing: never(HOUR * 8, 600),
      long: true,
    },
  ],
};

export const tables = [
  openFleetWide,
  stuckOpen,
  probeFailed,
  opened,
  flapping,
  isolated,
  recoverySlow,
];
