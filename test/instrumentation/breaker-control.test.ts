import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { instrument, policyMetrics, uninstrument } from '../../src/instrument.ts';
import { type BreakerControl, isolatedNames } from '../../src/metrics/breaker-control.ts';
import { type StateChange, stateChanges } from '../../src/metrics/state-changes.ts';
import { policiesOver } from '../policies/support.ts';
import { majors } from '../support/cockatiel.ts';
import { answerOf, Down, deferred, fails, settled, turn } from './support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe.each(majors)('cockatiel $major, a circuit breaker in somebody hands', (version) => {
  const { cockatiel, major } = version;
  const { circuitBreaker, ConsecutiveBreaker, handleAll } = cockatiel;
  let breaker: ReturnType<typeof breakerOf>;
  let control: BreakerControl;
  let heard: StateChange[];
  let silence: () => void;

  const breakerOf = () =>
    circuitBreaker(handleAll, { halfOpenAfter: 1000, breaker: new ConsecutiveBreaker(2) });

  beforeEach(() => {
    breaker = instrument('held', breakerOf());
    [control] = controls() as [BreakerControl];
    heard = [];
    silence = stateChanges.subscribe((change) => heard.push(change));
  });
  afterEach(() => {
    silence();
    isolatedNames.delete('held');
    uninstrument(breaker);
  });

  const controls = () =>
    policyMetrics().flatMap((scope) => (scope.name === 'held' ? scope.controls() : []));
  const break_ = async () => {
    await settled(breaker.execute(fails(new Down())));
    await settled(breaker.execute(fails(new Down())));
  };

  it('tells what it was made with, and what cockatiel makes public', async () => {
    await settled(breaker.execute(fails(new Down())));
    expect(control.read()).toEqual({
      state: 'closed',
      since: undefined,
      openedAt: undefined,
      nextProbeAt: undefined,
      failures: 1,
      failureLimit: 2,
      openSeconds: 1,
      lastErrorType: 'Down',
      key: undefined,
      isIsolatedByUs: false,
      canForgetFailures: false,
    });
    await settled(breaker.execute(fails(new Down())));
    const opened = Date.now();
    await vi.advanceTimersByTimeAsync(500);
    expect(control.read()).toMatchObject({
      state: 'open',
      since: opened,
      openedAt: opened,
      nextProbeAt: opened + 1000,
    });
  });

  it('tells when the next probe is where a backoff decides it, after each failed probe', async () => {
    const { IterableBackoff } = cockatiel;
    const policy = circuitBreaker(handleAll, {
      halfOpenAfter: new IterableBackoff([100, 700]),
      breaker: new ConsecutiveBreaker(1),
    });
    uninstrument(breaker);
    breaker = instrument('held', policy);
    const [own] = controls() as [BreakerControl];
    expect(own.read()).toMatchObject({ failureLimit: 1, openSeconds: undefined });
    for (const wait of [100, 700, 700]) {
      await settled(breaker.execute(fails(new Down())));
      expect(own.read()).toMatchObject({ state: 'open', nextProbeAt: Date.now() + wait });
      await vi.advanceTimersByTimeAsync(wait);
    }
  });

  it('takes no share for a count of failures, and nothing of another shape', () => {
    const { CountBreaker, SamplingBreaker } = cockatiel;
    const options = (value: unknown) => Object.assign(breakerOf(), { options: value });
    const thrower = { get: () => expect.unreachable('a getter') };
    const policies = [
      circuitBreaker(handleAll, {
        halfOpenAfter: 1000,
        breaker: new SamplingBreaker({ threshold: 0.2, duration: 10_000 }),
      }),
      circuitBreaker(handleAll, {
        halfOpenAfter: 1000,
        breaker: new CountBreaker({ threshold: 0.2, size: 10 }),
      }),
      options(undefined),
      options({ halfOpenAfter: '1000', breaker: { state: 0, threshold: Number.NaN } }),
      options({ halfOpenAfter: Number.NaN, breaker: { state: 0, threshold: '5' } }),
      Object.defineProperty(breakerOf(), 'options', thrower),
    ];
    for (const policy of policies) instrument('held', policy as ReturnType<typeof breakerOf>);
    const readings = controls()
      .slice(1)
      .map((one) => one.read());
    for (const policy of policies) uninstrument(policy);
    expect(readings.map(({ failureLimit }) => failureLimit)).toEqual(policies.map(() => undefined));
    expect(readings.map(({ openSeconds }) => openSeconds)).toEqual([
      1,
      1,
      ...Array(4).fill(undefined),
    ]);
  });

  it('tells the same times however often it is asked, and as those who listen hear them', async () => {
    await break_();
    const { since, openedAt } = control.read();
    // The two clocks of a process are read one after the other, and do not run alike.
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 40.6);
    expect(control.read()).toMatchObject({ since, openedAt });
    vi.restoreAllMocks();
    expect(heard.map(({ at }) => at)).toEqual([since]);
  });

  it('is since when open that came open, also when it is half-open: a probe is allowed', async () => {
    const at = Date.now() - 1700;
    const saved = { ownState: { value: 1, openedAt: at, attemptNo: 1 }, breakerState: 2 };
    const again = instrument(
      'held',
      circuitBreaker(handleAll, {
        halfOpenAfter: 1000,
        breaker: new ConsecutiveBreaker(2),
        initialState: saved,
      }),
    );
    const read = controls().map((control) => control.read());
    expect(read).toContainEqual(
      expect.objectContaining({ state: 'open', since: at, openedAt: at, failures: 2 }),
    );
    const test = deferred<void>();
    const answer = again.execute(() => test.promise);
    await turn();
    const tested = controls().map((control) => control.read());
    expect(tested).toContainEqual(
      expect.objectContaining({ state: 'half_open', since: Date.now(), openedAt: at }),
    );
    test.resolve();
    await answer;
    uninstrument(again);
  });

  it('tells the next test by the time at which cockatiel opened it', async () => {
    const { createPolicy } = await policiesOver(major);
    const policy = createPolicy('opened late', 'default', {
      retry: false,
      circuitBreaker: { consecutiveFailures: 1, halfOpenAfter: 60_000 },
    });
    const { policyMetrics: scopes } = await import('../../src/instrument.ts');
    const { circuitBreaker: opened } = policy;
    const at = Date.now();
    // A listener that throws keeps the news from all others until the call is answered.
    opened?.onBreak(() => {
      vi.advanceTimersByTime(5000);
      throw new Error('listener');
    });
    await answerOf(policy.execute(fails(Object.assign(new Down(), { code: 'ECONNREFUSED' }))));
    const own = scopes().filter(({ name }) => name === 'opened late');
    const [mine] = own.flatMap((scope) => scope.controls());
    expect(mine?.read()).toMatchObject({ state: 'open', nextProbeAt: at + 60_000 });
    policy.dispose();
    vi.doUnmock('cockatiel');
  });

  it('closes by a reset, which is one change to those who listen', async () => {
    await break_();
    control.reset();
    expect(breaker.state).toBe(cockatiel.CircuitState.Closed);
    expect(heard.map(({ previous, state }) => `${previous}>${state}`)).toEqual([
      'closed>open',
      'open>closed',
    ]);
    control.reset();
    expect(heard).toHaveLength(2);
  });

  it('is held open once, however often it is asked, and released', async () => {
    control.isolate();
    control.isolate();
    expect(control.read()).toMatchObject({ state: 'isolated', isIsolatedByUs: true });
    control.reset();
    expect(breaker.state).toBe(cockatiel.CircuitState.Isolated);
    control.release();
    control.release();
    expect(control.read()).toMatchObject({ state: 'closed', isIsolatedByUs: false });
    expect(heard.map(({ state }) => state)).toEqual(['isolated', 'closed']);
  });

  it('stays open where others hold it too', () => {
    const second = breaker.isolate();
    control.isolate();
    control.release();
    expect(control.read()).toMatchObject({ state: 'isolated', isIsolatedByUs: false });
    second.dispose();
    expect(control.read().state).toBe('closed');
  });

  it('is held from its birth where its name is', () => {
    isolatedNames.add('held');
    const later = instrument('held', breakerOf());
    expect(later.state).toBe(cockatiel.CircuitState.Isolated);
    uninstrument(later);
  });

  it('tells of a recovery how long it took', async () => {
    await break_();
    await vi.advanceTimersByTimeAsync(1500);
    await breaker.execute(() => 'fine');
    expect(heard.map(({ state, recoverySeconds }) => [state, recoverySeconds])).toEqual([
      ['open', undefined],
      ['half_open', undefined],
      ['closed', 1.5],
    ]);
    expect(heard[0]).toMatchObject({ name: 'held', lastErrorType: 'Down' });
  });

  it('tells of an opening by which error it came, each named once', async () => {
    const named: unknown[] = [];
    const errorType = (error: unknown) => {
      named.push(error);
      return error instanceof Down ? undefined : String(error);
    };
    uninstrument(breaker);
    instrument('held', breaker, { errorType });
    const errors = [new Down(), 'second', 'probe'];
    await settled(breaker.execute(fails(errors[0])));
    await settled(breaker.execute(fails(errors[1])));
    await vi.advanceTimersByTimeAsync(1000);
    // 3.x tells of the test when the synchronous part of the function has run.
    await settled(breaker.execute(() => Promise.reject(errors[2])));
    expect(heard.map(({ state, lastErrorType }) => [state, lastErrorType])).toEqual([
      ['open', 'second'],
      ['half_open', 'second'],
      ['open', 'probe'],
    ]);
    expect(named).toEqual(errors);
    expect(controls()[0]?.read().lastErrorType).toBe('probe');
  });

  it('tells of the very first failure, and of results that are failures', async () => {
    uninstrument(breaker);
    breaker = instrument(
      'held',
      circuitBreaker(
        cockatiel.handleAll.orWhenResult((value) => value !== 'fine'),
        { halfOpenAfter: 1000, breaker: new ConsecutiveBreaker(1) },
      ),
    );
    await settled(breaker.execute(() => ({ status: 503 })));
    expect(heard).toMatchObject([{ state: 'open', lastErrorType: '503' }]);
  });

  it('tells of an opening where the name of the error can not be found', async () => {
    uninstrument(breaker);
    instrument('held', breaker, {
      errorType: () => {
        throw new Error('hook');
      },
    });
    await break_();
    expect(heard).toMatchObject([{ state: 'open', lastErrorType: 'Down' }]);
  });

  it('lets no listener that throws reach a call, nor the others', async () => {
    const end = stateChanges.subscribe(() => {
      throw new Error('listener');
    });
    const after: StateChange[] = [];
    const endAfter = stateChanges.subscribe((change) => after.push(change));
    await expect(breaker.execute(fails(new Down()))).rejects.toThrow(Down);
    await expect(breaker.execute(fails(new Down()))).rejects.toThrow(Down);
    expect(after).toHaveLength(1);
    end();
    endAfter();
  });
});
