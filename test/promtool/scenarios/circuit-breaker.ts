import { CLOSED, circuits, outage, type Stay } from '../circuit.ts';
import { always, minutes, never, type Scenario, T, type Table } from '../scenario.ts';
import { burst, type Replica } from '../series.ts';

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
  const series = replica.series.map((row) => ({
    ...row,
    value: (time: number) => row.value(time + seconds(time)),
  }));
  return { ...replica, series };
}

const openFleetWide: Table = {
  alert: 'ResilienceCircuitBreakerOpenFleetWide',
  label: 'policy',
  scenarios: [
    {
      title: 'all replicas are open for minutes: fires, and resolves',
      replicas: [circuits('a', [LONG]), circuits('b', [outage(T + 20, minutes(30))])],
      firing: {
        [T]: [],
        [T + minutes(1)]: [],
        ...always(POLICY, T + minutes(6), T + minutes(29)),
        [T + minutes(33)]: [],
      },
    },
    {
      title: 'half of the replicas are open, with fast or slow probes: fires',
      replicas: [
        circuits('a', [outage(T, minutes(30), { probeSeconds: 30 })]),
        circuits('b', [outage(T, minutes(30), { resetSeconds: 15, probeSeconds: 15 })]),
        circuits('c', [CLOSED]),
        circuits('d', [CLOSED]),
      ],
      firing: always(POLICY, T + minutes(7), T + minutes(29)),
    },
    {
      title: 'all replicas open and close repeatedly, at any phase of the scrapes: fires',
      replicas: ['a', 'b', 'c', 'd'].map((name) => circuits(name, [flap(60, 20)])),
      firing: always(POLICY, T + minutes(8), T + minutes(29), 15),
    },
    {
      title: 'the only replica recovers with its first probe: stays silent',
      replicas: [circuits('a', [outage(T, 62)])],
      firing: never(T + minutes(8), 15),
    },
    {
      title: 'three of four are open and a scrape is missed: keeps firing',
      replicas: [
        circuits('a', [LONG], { missed: [[T + minutes(15), T + minutes(15) + 15]] }),
        circuits('b', [LONG]),
        circuits('c', [LONG]),
        circuits('d', [CLOSED]),
      ],
      firing: always(POLICY, T + minutes(7), T + minutes(29), 15),
    },
    {
      title: 'replicas restart during the outage: keeps firing',
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
      title: 'half of the replicas are open and scrapes are late: fires',
      replicas: [circuits('a', [LONG]), circuits('b', [CLOSED])].map((replica, i) =>
        late(replica, (time) => ((time * (i + 7)) % 13) / 50),
      ),
      firing: always(POLICY, T + minutes(7), T + minutes(29)),
    },
    {
      title: 'one of four is open and two are isolated: stays silent',
      replicas: [
        circuits('a', [LONG]),
        circuits('b', [CLOSED]),
        circuits('c', [ISOLATED]),
        circuits('d', [ISOLATED]),
      ],
      firing: never(T + minutes(32)),
    },
    {
      title: 'a new service starts before its dependency: stays silent',
      replicas: [
        circuits('new', [from(T, [{ state: 'closed', seconds: 3 }, ...outage(0, 62).slice(1)])]),
      ],
      firing: never(T + minutes(10), 15),
    },
    {
      title: 'the only replica is redeployed before its dependency: stays silent',
      replicas: [
        circuits('old', [CLOSED], { down: [[T, T * 9]] }),
        circuits('new', [from(T, [{ state: 'closed', seconds: 3 }, ...outage(0, 62).slice(1)])]),
      ],
      firing: never(T + minutes(10), 15),
    },
    {
      title: 'all replicas are open for 95 s: stays silent',
      replicas: ['a', 'b'].map((name) => circuits(name, [outage(T + 1, 95, { resetSeconds: 95 })])),
      firing: never(T + minutes(10), 15),
    },
    {
      title: 'one of four replicas is open: stays silent',
      replicas: [circuits('a', [LONG]), ...['b', 'c', 'd'].map((name) => circuits(name, [CLOSED]))],
      firing: never(T + minutes(32)),
    },
    {
      title: 'open breakers get no calls: stays silent',
      replicas: [
        circuits('a', [LONG], { calls: false }),
        circuits('b', [outage(T, minutes(30))], { calls: false }),
      ],
      firing: never(T + minutes(32)),
    },
    {
      title: 'an operator isolates all breakers: stays silent',
      replicas: [circuits('a', [ISOLATED]), circuits('b', [ISOLATED])],
      firing: never(T + minutes(10)),
    },
    {
      title: 'the first probe succeeds after a minute: stays silent',
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
      title: 'fires from the end of the window until the recovery, while calls arrive',
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
      title: 'fires although slow probes are scraped as half-open',
      replicas: [circuits('a', [outage(T, minutes(30), { probeSeconds: 30 })])],
      firing: {
        [T]: [],
        [T + minutes(4)]: [],
        ...always(['a'], T + minutes(7), T + minutes(28)),
        [T + minutes(32)]: [],
      },
    },
    {
      title: 'fires although every second scrape sees half-open',
      replicas: [
        circuits('a', [outage(T, minutes(30), { resetSeconds: 15, probeSeconds: 15 })]),
        circuits('b', [outage(T, minutes(30), { resetSeconds: 60, probeSeconds: 60 })]),
      ],
      firing: always(['a', 'b'], T + minutes(7), T + minutes(28)),
    },
    {
      title: 'never fires for an open breaker without calls',
      replicas: [
        circuits('idle', [LONG], { calls: false, failed: burst(5, T) }),
        circuits('a', [LONG]),
      ],
      firing: { [T + minutes(7)]: ['a'], [T + minutes(20)]: ['a'] },
    },
    {
      title: 'never fires for an isolated breaker, or one that is open briefly after its release',
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
      title: 'never fires for outages of 4 min, at any phase of the scrapes',
      replicas: [0, 1, 7, 14, 20, 29, 31, 45, 59].map((phase) =>
        circuits(`phase ${phase}`, [
          [...outage(T + phase, minutes(4)), ...outage(minutes(10), minutes(4))],
        ]),
      ),
      firing: always([], T, T + minutes(24), 15),
    },
    {
      title: 'fires for the stuck replica of several',
      replicas: [circuits('a', [outage(T, 60)]), circuits('b', [LONG]), circuits('c', [CLOSED])],
      firing: { [T]: [], [T + minutes(7)]: ['b'], [T + minutes(20)]: ['b'] },
    },
    {
      title: 'keeps firing through a restart after which the circuit opens again',
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
      title: 'does not count the time before a restart as downtime',
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
      title: 'does not count the time while the process was down',
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
      title: 'does not fire for replicas that start during an outage, until their window is over',
      replicas: [
        circuits('one breaker', [from(T, [{ state: 'open', seconds: minutes(4) }, ...CLOSED])]),
        circuits('ten', times(10, from(T, [{ state: 'open', seconds: minutes(4) }, ...CLOSED]))),
      ],
      firing: silent,
    },
    {
      title: 'does not add up short outages of breakers that share a name',
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
      title: 'fires for one of many breakers that share a name',
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
      title: 'keeps firing when a scrape is missed',
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
      title: 'names the policy if there is no instance label',
      replicas: [{ ...circuits('', [LONG]) }],
      firing: { [T]: [], [T + minutes(7)]: [''], [T + minutes(32)]: [] },
    },
  ],
};

/** True of an opening and of a failed probe: something that a counter has. */
function countedOnce(seconds: number): Scenario[] {
  return [
    {
      title: 'fires for a single opening between two scrapes, and resolves',
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
      title: 'fires for an opening of a new replica before its first scrape',
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
      title: 'fires although a restart follows the opening',
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
      title: 'keeps firing when a new replica restarts after the opening',
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
      title: 'stays silent when Prometheus scrapes an old process for the first time',
      replicas: [circuits('a', [outage(60, 130)], { missed: [[0, T]] })],
      firing: never(T + minutes(10)),
    },
    {
      title: 'stays silent when an old process creates more breakers with a known name',
      replicas: [circuits('a', [outage(60, 130), ...times(30, from(T, CLOSED))])],
      firing: always([], minutes(12), T + minutes(10)),
    },
    {
      title: 'stays silent without calls, and when a circuit is isolated and released',
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
      title: 'fires while probes fail, fast or slow',
      replicas: [circuits('a', [outage(T, minutes(30), { probeSeconds: 30 })])],
      firing: { [T + 60]: [], ...always(POLICY, T + minutes(3), T + minutes(30)) },
    },
    {
      title: 'stays silent when the first probe succeeds',
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
      title: 'fires for an opening that ends before the next scrape',
      replicas: [circuits('a', [outage(T + 1, 3, { resetSeconds: 3 })])],
      firing: { [T]: [], [T + minutes(2)]: POLICY, [T + minutes(4)]: POLICY, [T + minutes(8)]: [] },
    },
    {
      title: 'stays silent when a probe fails and the circuit opens again',
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
      title: 'fires across a restart and a missed scrape',
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
      title: 'fires for 3 openings of a new replica, the first before its first scrape',
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
      title: 'stays silent at 3 openings in 40 min, and at one opening on each of 4 replicas',
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
      title: 'keeps firing through missed scrapes and a restart that isolates again',
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
      title: 'stays silent for isolations of 20 min and 50 min, also repeated',
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
      title:
        'stays silent for a replica that starts isolated, for an open circuit, and without calls',
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
      title: 'fires although each replica restarts after its recovery',
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
      title: 'stays silent when many recoveries take 4 or 5 min',
      replicas: [
        circuits('a', [Array.from({ length: 10 }, () => outage(HOUR, minutes(4))).flat()]),
        circuits('b', [Array.from({ length: 10 }, () => outage(HOUR, minutes(5))).flat()]),
      ],
      firing: never(HOUR * 14, 1800),
      long: true,
    },
    {
      title: 'does not count recoveries before the first scrape of an old process',
      replicas: [
        circuits('a', [[...slowRecovery(60), ...slowRecovery(60), ...slowRecovery(60)]], {
          missed: [[0, HOUR * 2]],
        }),
      ],
      firing: never(HOUR * 8, 600),
      long: true,
    },
    {
      title: 'stays silent for two recoveries, also with missed scrapes',
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
