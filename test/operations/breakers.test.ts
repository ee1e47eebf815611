import { describe, expect, it, vi } from 'vitest';
import { mergeBreakers } from '../../src/console/server/merge-breakers.ts';
import { instrument, uninstrument } from '../../src/index.ts';
import { isolatedNames } from '../../src/metrics/breaker-control.ts';
import { breakerStatusesOf } from '../../src/operations/views/breaker-states.ts';
import { controlsOf, metricsOf } from '../../src/operations/views/breakers.ts';
import { createPolicy, policyFor } from '../../src/policies/index.ts';
import {
  breakerNamed,
  failing,
  known,
  newBreaker,
  routesWith,
  segment,
  TOKEN,
} from '../health/support.ts';
import { majors } from '../support/cockatiel.ts';

describe('GET /circuit-breakers', () => {
  it('has the known fields of each name, and null for unknown ones', async () => {
    const foreign = breakerNamed('foreign');
    await failing(foreign);
    const own = known(createPolicy('own', 'default', { retry: false }));
    await own.execute(() => 1);
    const { status, json } = await routesWith().get('/circuit-breakers');
    expect(status).toBe(200);
    expect(json.summary).toEqual({ total: 2, open: 1, half_open: 0, closed: 1, isolated: 0 });
    expect(json.breakers).toEqual({
      foreign: {
        state: 'open',
        opened: true,
        isolated_by_operator: false,
        since: json.breakers.foreign.opened_at,
        fail_counter: 2,
        fail_max: 2,
        reset_timeout: 60,
        opened_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        next_probe_at: expect.stringMatching(/Z$/),
        calls: { success: 0, failure: 2, ignored: 0, rejected: 0, cancelled: 0 },
        last_error_type: 'ECONNREFUSED',
      },
      own: {
        state: 'closed',
        opened: false,
        isolated_by_operator: false,
        since: null,
        fail_counter: 0,
        fail_max: 5,
        reset_timeout: 60,
        opened_at: null,
        next_probe_at: null,
        calls: { success: 1, failure: 0, ignored: 0, rejected: 0, cancelled: 0 },
        last_error_type: null,
      },
    });
    expect(Math.abs(waitOf(json.breakers.foreign) - 60_000)).toBeLessThan(5);
  });

  const waitOf = (json: { next_probe_at: string; opened_at: string }) =>
    Date.parse(json.next_probe_at) - Date.parse(json.opened_at);

  it('has the time of the next probe of an open circuit of this package', async () => {
    const own = known(createPolicy('own', 'default', { retry: false }));
    await failing(own, 5);
    const { json } = await routesWith().get('/circuit-breakers/own');
    expect(json).toMatchObject({ name: 'own', state: 'open', fail_max: 5 });
    // Two clocks were read.
    expect(Math.abs(waitOf(json) - 60_000)).toBeLessThan(5);
  });

  it('has the worst of several breakers of a name, and each of them', async () => {
    await failing(breakerNamed('cml', 3), 1);
    await failing(breakerNamed('cml', 2));
    breakerNamed('cml');
    const { json } = await routesWith().get('/circuit-breakers/cml');
    expect(json).toMatchObject({ state: 'open', fail_counter: 2, instance_count: 3 });
    expect(json.calls.failure).toBe(3);
    expect(json.instances.map((instance: { state: string }) => instance.state)).toEqual([
      'open',
      'closed',
      'closed',
    ]);
    expect(json.instances[1].fail_counter).toBe(1);
  });

  it('has the time of the last state change, and of a name that of its worst breaker', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'], now: 0 });
    const [first, second] = [breakerNamed('cml'), breakerNamed('cml')];
    const { get } = routesWith();
    const seen = async () => {
      const { json } = await get('/circuit-breakers/cml');
      const { since, opened_at, instances } = json;
      return [since, opened_at, instances.map((instance: { since: string }) => instance.since)];
    };
    const at = (seconds: number) => new Date(seconds * 1000).toISOString();
    try {
      expect(await seen()).toEqual([null, null, [null, null]]);
      vi.setSystemTime(10_000);
      await failing(first);
      vi.setSystemTime(20_000);
      await failing(second);
      expect(await seen()).toEqual([at(10), at(10), [at(10), at(20)]]);
      vi.setSystemTime(70_000);
      // The test call fails: it is open again, and has been since it left closed.
      await failing(first, 1);
      expect(await seen()).toEqual([at(70), at(10), [at(70), at(20)]]);
      vi.setSystemTime(80_000);
      await second.execute(() => 1);
      expect(await seen()).toEqual([at(70), at(10), [at(70), at(80)]]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('has consistent fields of one breaker for a name with several, like the live page', async () => {
    const make = (key: string, failures: number) =>
      known(
        policyFor('mixed', {
          key,
          overrides: { retry: false, circuitBreaker: { consecutiveFailures: failures } },
        }),
      );
    const [open, isolated] = [make('a', 2), make('b', 9)];
    await failing(open, 2);
    await failing(make('c', 9), 5);
    const handle = isolated.circuitBreaker?.isolate();
    const { instances, calls, name, opened, fail_max, reset_timeout, instance_count, ...one } = (
      await routesWith().get('/circuit-breakers/mixed')
    ).json;
    expect(instances.map(({ key }: { key: string }) => key)).toEqual(['a', 'b', 'c']);
    expect({ key: 'a', ...one }).toEqual(instances[0]);
    expect(one).toMatchObject({ state: 'open', fail_counter: 2, last_error_type: 'ECONNREFUSED' });
    expect([fail_max, opened, calls.failure]).toEqual([2, true, 7]);
    const row = mergeBreakers(breakerStatusesOf(controlsOf(metricsOf('mixed'))));
    expect(row).toMatchObject({
      state: 'open',
      failures: 2,
      failureLimit: 2,
      lastErrorType: 'ECONNREFUSED',
    });
    handle?.dispose();
  });

  it('lists the known names if the name is unknown', async () => {
    breakerNamed('b');
    breakerNamed('a');
    const { status, json, response } = await routesWith().get('/circuit-breakers/c');
    expect(status).toBe(404);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(json).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'There is no circuit breaker with the name "c".',
      known: ['a', 'b'],
      known_total: 2,
    });
  });

  it('lists at most one hundred', async () => {
    for (let i = 999; i > 999 - 120; i--) breakerNamed(`name ${i}`);
    const { json } = await routesWith().get('/circuit-breakers/c');
    expect([json.known.length, json.known[0], json.known_total]).toEqual([100, 'name 880', 120]);
  });

  it('reads no other circuit breaker for the sake of one', async () => {
    breakerNamed('one');
    const second = breakerNamed('other');
    const state = vi.spyOn(second, 'toJSON');
    const { get } = routesWith();
    await get('/circuit-breakers/one');
    expect(state).not.toHaveBeenCalled();
    await get('/circuit-breakers/other');
    expect(state).toHaveBeenCalled();
  });
});

const KEEPS_COUNT =
  'A circuit breaker that the service created itself keeps its count of failures: the next failure may open it.';

describe('administration', () => {
  it('resets an open circuit', async () => {
    const breaker = breakerNamed('workday');
    await failing(breaker);
    const { status, json } = await routesWith({ token: TOKEN }).post(
      `${segment('workday')}/reset`,
      { reason: 'it is back' },
    );
    expect(status).toBe(200);
    expect(json).toEqual({
      name: 'workday',
      action: 'reset',
      state: 'closed',
      previous_state: 'open',
      detail: KEEPS_COUNT,
    });
    expect(await breaker.execute(() => 'through')).toBe('through');
  });

  it.each(majors)(
    'reports after a reset when the circuit can open again: cockatiel $major',
    async (major) => {
      vi.useFakeTimers();
      const { post } = routesWith({ token: TOKEN });
      const reset = async (name: string) => (await post(`${segment(name)}/reset`)).json;
      try {
        const { circuitBreaker, handleAll, ConsecutiveBreaker } = major.cockatiel;
        const policy = circuitBreaker(handleAll, {
          halfOpenAfter: 60_000,
          breaker: new ConsecutiveBreaker(2),
        });
        const foreign = known(instrument('foreign', policy));
        await failing(foreign, 2);
        expect(await reset('foreign')).toMatchObject({ state: 'closed', detail: KEEPS_COUNT });
        await failing(foreign, 1);
        expect(foreign.state).toBe(1);
      } finally {
        vi.useRealTimers();
      }
    },
  );

  it('resets the count of a breaker of this package, and reports an active probe', async () => {
    vi.useFakeTimers();
    const { post } = routesWith({ token: TOKEN });
    const own = known(createPolicy('own', 'default', { retry: false, timeout: false }));
    try {
      await failing(own, 5);
      const first = await post('/circuit-breakers/own/reset');
      expect(first.json).toEqual({
        name: 'own',
        action: 'reset',
        state: 'closed',
        previous_state: 'open',
      });
      await failing(own, 4);
      expect(own.circuitBreaker?.state).toBe(0);
      await failing(own, 1);
      vi.advanceTimersByTime(60_000);
      let end = () => {};
      const test = own.execute(() => new Promise<void>((resolve) => (end = resolve)));
      const second = await post('/circuit-breakers/own/reset');
      expect(second.json).toMatchObject({
        previous_state: 'half_open',
        detail: 'A probe in progress may open the circuit again (with cockatiel 3).',
      });
      end();
      await test;
    } finally {
      vi.useRealTimers();
    }
  });

  it('isolates a name, those of it that come later too, and releases it', async () => {
    const first = breakerNamed('workday');
    const { post } = routesWith({ token: TOKEN });
    expect((await post('/circuit-breakers/workday/isolate')).json).toMatchObject({
      state: 'isolated',
      previous_state: 'closed',
    });
    await expect(first.execute(() => 1)).rejects.toThrow();
    const reset = await post('/circuit-breakers/workday/reset');
    expect(reset.status).toBe(409);
    expect(reset.json.detail).toBe('The circuit breaker is isolated. Release it to close it.');
    expect((await post('/circuit-breakers/workday/release')).json).toMatchObject({
      state: 'closed',
      previous_state: 'isolated',
    });
    expect(await first.execute(() => 1)).toBe(1);
  });

  it("does not release an isolation by the service's code, and reports it", async () => {
    const breaker = breakerNamed('workday');
    const handle = breaker.isolate();
    const { get, post } = routesWith({ token: TOKEN });
    const first = await post('/circuit-breakers/workday/release');
    expect(first.status).toBe(409);
    expect(first.json.detail).toContain('by the code of the service');
    await post('/circuit-breakers/workday/isolate');
    expect((await get('/circuit-breakers/workday')).json.isolated_by_operator).toBe(true);
    const second = await post('/circuit-breakers/workday/release');
    expect((await get('/circuit-breakers/workday')).json.isolated_by_operator).toBe(false);
    expect(second.status).toBe(200);
    expect(second.json).toMatchObject({
      state: 'isolated',
      detail: 'Released, but the code of the service still isolates the circuit breaker.',
    });
    handle.dispose();
    expect(await breaker.execute(() => 1)).toBe(1);
  });

  it('isolates later policies of an isolated name, also after the last one is gone', async () => {
    const first = breakerNamed('workday');
    const { get, post } = routesWith({ token: TOKEN });
    await post('/circuit-breakers/workday/isolate');
    expect((await get('/circuit-breakers/workday')).json.isolated_by_operator).toBe(true);
    uninstrument(first);
    const none = (await get('/circuit-breakers/workday')).json;
    expect(none).toMatchObject({
      name: 'workday',
      state: 'isolated',
      isolated_by_operator: true,
      since: null,
    });
    expect((await get('/circuit-breakers')).json).toEqual({
      breakers: { workday: { ...none, name: undefined } },
      summary: { total: 1, open: 0, half_open: 0, closed: 0, isolated: 1 },
    });
    expect((await get('/health')).json).toMatchObject({
      status: 'degraded',
      breakers: { total: 1, isolated: 1 },
    });
    const refused = await post('/circuit-breakers/workday/reset');
    expect([refused.status, refused.json.detail]).toEqual([
      409,
      'The circuit breaker is isolated. Release it to close it.',
    ]);
    const later = known(instrument('workday', newBreaker()));
    expect((await get('/circuit-breakers/workday')).json.state).toBe('isolated');
    uninstrument(later);
    const released = await post('/circuit-breakers/workday/release');
    expect(released.json).toMatchObject({ state: 'closed', previous_state: 'isolated' });
    expect((await get('/health')).json.status).toBe('healthy');
    expect((await post('/circuit-breakers/workday/release')).status).toBe(404);
    known(instrument('workday', newBreaker()));
    expect((await get('/circuit-breakers/workday')).json.state).toBe('closed');
  });

  it('is counted; a refused operation is not', async () => {
    breakerNamed('counted');
    const { get, post, ask } = routesWith({ token: TOKEN });
    await post('/circuit-breakers/counted/isolate');
    await post('/circuit-breakers/counted/reset');
    await ask('POST', '/circuit-breakers/counted/release');
    await post('/circuit-breakers/counted/release');
    const { policies } = (await get('/policies')).json;
    expect(policies.counted.circuit_breaker.administration).toEqual({
      reset: 0,
      isolate: 1,
      release: 1,
    });
  });

  it('logs an error that a custom policy throws, and does not send it', async () => {
    for (const thrown of [new Error('secret of the service'), 'secret of the service']) {
      const name = `broken by ${typeof thrown}`;
      const breaker = newBreaker();
      breaker.isolate = () => {
        throw thrown;
      };
      known(instrument(name, breaker));
      const reported: unknown[] = [];
      const lines: string[] = [];
      const logger = {
        info() {},
        warn: (line: string) => lines.push(line),
        error: (_: string, fields: unknown) => reported.push(fields),
      };
      const second = breakerNamed(name);
      const { get, post } = routesWith({ token: TOKEN, logger });
      const { status, text } = await post(`${segment(name)}/isolate`, { by: 'alice' });
      // Others of the name were isolated all the same, and somebody has to know by whom.
      expect(second.state).toBe(3);
      expect(lines).toEqual([
        `Circuit breaker ${name} was isolated in part by alice (closed before, isolated now)`,
      ]);
      const { circuit_breaker } = (await get('/policies')).json.policies[name];
      expect(circuit_breaker.administration.isolate).toBe(1);
      isolatedNames.delete(name);
      uninstrument(second);
      uninstrument(breaker);
      expect(status).toBe(500);
      expect(text).not.toContain('secret');
      expect(reported).toEqual([{ error: thrown }]);
    }
  });
});
