import { describe, it } from 'vitest';
import { stringify } from 'yaml';
import { promtool, RULES, testRules, withFile } from './promtool.ts';
import { outage, type Replica, type Stay, seriesOf } from './replica.ts';

const alert = 'ResilienceCircuitBreakerStuckOpen';
const minutes = (count: number) => count * 60;
/** When things begin to go wrong: replicas that run longer than the window have a past. */
const T = minutes(20);

function replica(instance: string, ...breakers: (readonly Stay[])[]): Replica {
  return { instance, breakers, calls: true };
}

const LONG = outage(T, minutes(30));

describe.each(RULES.flatMap((rules) => [15, 60].map((interval) => ({ ...rules, interval }))))(
  'a circuit that stays open, sampled every $interval s on the road $naming',
  (road) => {
    const test = (replicas: Replica[], firing: Record<number, string[]>) =>
      testRules({ ...road, alert, replicas, firing });

    it('fires while it is open under traffic, from the end of the window to the recovery', () =>
      test([replica('a', LONG), replica('b', outage(T + 31, minutes(30)))], {
        [T]: [],
        [T + minutes(4)]: [],
        [T + minutes(4.5)]: [],
        [T + minutes(5)]: ['a'],
        [T + minutes(6.5)]: ['a', 'b'],
        [T + minutes(15)]: ['a', 'b'],
        [T + minutes(30)]: ['a', 'b'],
        [T + minutes(32)]: [],
      }));

    it('fires where the probe is slow and is seen half-open again and again', () =>
      test([replica('a', outage(T, minutes(30), { probeSeconds: 30 }))], {
        [T + minutes(4)]: [],
        [T + minutes(6.5)]: ['a'],
        [T + minutes(15)]: ['a'],
        [T + minutes(28)]: ['a'],
        [T + minutes(32)]: [],
      }));

    it('never fires for an open breaker that nobody calls', () =>
      test([{ ...replica('idle', LONG), calls: false }, replica('a', LONG)], {
        [T + minutes(6.5)]: ['a'],
        [T + minutes(20)]: ['a'],
      }));

    it('never fires for a breaker that is isolated by hand', () =>
      test(
        [
          replica('a', [
            { state: 'closed', seconds: T },
            { state: 'isolated', seconds: minutes(30) },
            { state: 'closed', seconds: 0 },
          ]),
          replica('open for a moment after it', [
            { state: 'isolated', seconds: T + minutes(6) },
            { state: 'open', seconds: 30 },
            { state: 'closed', seconds: 0 },
          ]),
        ],
        Object.fromEntries([5, 6, 6.25, 6.5, 7, 10, 20, 31].map((at) => [T + minutes(at), []])),
      ));

    it('never fires for an outage of 4 min, the first or a later one, however scrapes fall', () => {
      const phases = [0, 1, 7, 14, 20, 29, 31, 45, 59];
      const replicas = phases.map((phase) => {
        const first = outage(T + phase, minutes(4));
        const second = outage(minutes(10), minutes(4));
        return replica(`phase ${phase}`, [
          ...first.slice(0, -1),
          ...second.slice(0, -1),
          { state: 'closed', seconds: 0 },
        ]);
      });
      const times = Array.from({ length: 24 * 4 }, (_, i) => T + i * 15);
      return test(replicas, Object.fromEntries(times.map((time) => [time, []])));
    });

    it('fires for the one of several replicas that is stuck', () =>
      test(
        [
          replica('a', outage(T, 60)),
          replica('b', LONG),
          replica('c', [{ state: 'closed', seconds: 0 }]),
        ],
        { [T + minutes(6.5)]: ['b'], [T + minutes(20)]: ['b'] },
      ));

    it('goes on through a restart after which the circuit opens again', () =>
      test(
        [
          replica('a', [
            { state: 'closed', seconds: T },
            { state: 'open', seconds: minutes(10) },
            { state: 'down', seconds: 1 },
            { state: 'closed', seconds: 2 },
            { state: 'open', seconds: minutes(30) },
          ]),
        ],
        {
          [T + minutes(8)]: ['a'],
          [T + minutes(10.5)]: ['a'],
          [T + minutes(12)]: ['a'],
          [T + minutes(17)]: ['a'],
        },
      ));

    it('does not take the time before a restart for time open', () =>
      test(
        [
          replica('a', [
            { state: 'closed', seconds: T },
            { state: 'down', seconds: 1 },
            { state: 'open', seconds: minutes(4) },
            { state: 'closed', seconds: 0 },
          ]),
        ],
        Object.fromEntries([1, 2, 3, 4, 5, 6, 8].map((at) => [T + minutes(at), []])),
      ));

    it('does not take the time that a replica was down for time open', () =>
      test(
        [
          replica('a', [
            { state: 'closed', seconds: T },
            { state: 'down', seconds: minutes(4) },
            { state: 'open', seconds: minutes(3) },
            { state: 'closed', seconds: 0 },
          ]),
        ],
        Object.fromEntries(
          [4.25, 4.5, 4.75, 5, 5.25, 5.5, 6, 6.5, 7, 8].map((at) => [T + minutes(at), []]),
        ),
      ));

    it('does not fire for replicas that start during an outage before their window is over', () => {
      const young: Stay[] = [
        { state: 'down', seconds: T },
        { state: 'open', seconds: minutes(4) },
        { state: 'closed', seconds: 0 },
      ];
      return test(
        [replica('one breaker', young), replica('ten', ...Array.from({ length: 10 }, () => young))],
        Object.fromEntries([1, 2, 3, 4, 5, 6, 8].map((at) => [T + minutes(at), []])),
      );
    });

    it('does not add up the short stays of many breakers under one name', () =>
      test(
        [
          replica('all at once', ...Array.from({ length: 10 }, () => outage(T, 90))),
          replica(
            'one after the other',
            ...Array.from({ length: 10 }, (_, i) => outage(T + i * 120, 60)),
          ),
          replica('two for 4 min', outage(T, minutes(4)), outage(T, minutes(4))),
          replica('beside one isolated', outage(T, 150), outage(T, 150), [
            { state: 'isolated', seconds: 0 },
          ]),
        ],
        Object.fromEntries([1, 2, 3, 4, 5, 6, 8, 10].map((at) => [T + minutes(at), []])),
      ));

    it('fires for one breaker of many under one name', () =>
      test(
        [
          replica(
            'a',
            LONG,
            outage(T + 100, 60),
            ...Array.from({ length: 8 }, () => [{ state: 'closed', seconds: 0 } as const]),
          ),
          replica('beside one isolated', LONG, [{ state: 'isolated', seconds: 0 }]),
        ],
        {
          [T + minutes(4)]: [],
          [T + minutes(6.5)]: ['a', 'beside one isolated'],
          [T + minutes(20)]: ['a', 'beside one isolated'],
          [T + minutes(32)]: [],
        },
      ));

    it('does not flicker where a scrape is missed', () => {
      const missed = [T + minutes(10), T + minutes(12)];
      const times = Array.from({ length: 40 }, (_, i) => T + minutes(8) + i * 15);
      return test(
        [{ ...replica('a', LONG), missed }],
        Object.fromEntries(times.map((time) => [time, ['a']])),
      );
    });
  },
);

describe('the text of the alert', () => {
  it.each(RULES)('has what was measured, the limit and the window ($naming)', async (road) => {
    await promtool({
      rule_files: [road.path],
      evaluation_interval: '15s',
      tests: [
        {
          interval: '15s',
          input_series: seriesOf(replica('shop-1:9464', LONG), road.naming, 15, T + minutes(10)),
          alert_rule_test: [
            {
              alertname: alert,
              eval_time: `${T + minutes(10)}s`,
              exp_alerts: [
                {
                  exp_labels: {
                    severity: 'warning',
                    job: 'shop',
                    instance: 'shop-1:9464',
                    resilience_policy_name: 'servicenow',
                  },
                  exp_annotations: {
                    summary: 'The circuit of servicenow stays open on shop-1:9464.',
                    description:
                      'The circuit breaker of servicenow on shop-1:9464 (job shop) was open or ' +
                      'half-open for 5m 0s of the last 5m (limit 285s), and calls were rejected ' +
                      'in that time.',
                    runbook_url: `docs/runbooks/${alert}.md`,
                    dashboard_url:
                      'http://localhost:3000/d/resilience-fleet?var-job=shop' +
                      '&var-instance=shop-1%3A9464&var-policy=servicenow',
                  },
                },
              ],
            },
          ],
        },
      ],
    });
  });
});

describe('the rule that others write', () => {
  // state == "open" for 5 min: half-open resets its clock, as often as a scrape meets a slow probe.
  const naive = (expr: string) =>
    stringify({
      groups: [
        { name: 'naive', rules: [{ alert, expr, for: '5m', labels: { severity: 'warning' } }] },
      ],
    });

  it.each([15, 60])(
    'never fires where a slow probe is seen, every %s s, though ours does',
    (interval) =>
      withFile(
        'naive.yaml',
        naive('resilience_circuit_breaker_state{resilience_circuit_breaker_state="open"} == 1'),
        (path) => {
          const replicas = [replica('a', outage(T, minutes(60), { probeSeconds: 30 }))];
          const times = Array.from({ length: 60 }, (_, i) => T + minutes(i));
          return testRules({
            naming: 'prometheus-exporter',
            path,
            interval,
            alert,
            replicas,
            firing: Object.fromEntries(times.map((time) => [time, []])),
          });
        },
      ),
  );
});
