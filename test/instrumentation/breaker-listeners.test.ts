import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { instrument, policyMetrics, uninstrument } from '../../src/instrument.ts';
import { type BreakerControl, isolatedNames } from '../../src/metrics/breaker-control.ts';
import { stateChanges } from '../../src/metrics/state-changes.ts';
import { policiesOver } from '../policies/support.ts';
import { majors } from '../support/cockatiel.ts';
import { TestSdk } from '../support/metrics.ts';
import { answerOf, Down, fails, moved, NAME } from './support.ts';

const EVENTS = ['onBreak', 'onReset', 'onStateChange'] as const;

describe.each(majors)('cockatiel $major, a breaker whose listeners throw', (version) => {
  const { circuitBreaker, CircuitState, ConsecutiveBreaker, handleAll } = version.cockatiel;
  let sdk: TestSdk;
  let heard: string[];
  const ends: (() => void)[] = [];

  const breakerOf = () =>
    circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(1) });
  const controlOf = () =>
    policyMetrics().flatMap((scope) =>
      scope.name === NAME ? scope.controls() : [],
    )[0] as BreakerControl;
  const throwing = () => {
    throw new Error('listener');
  };

  beforeEach(() => {
    sdk = new TestSdk();
    heard = [];
    ends.push(stateChanges.subscribe(({ previous, state }) => heard.push(`${previous}>${state}`)));
  });
  afterEach(async () => {
    for (const end of ends.splice(0)) end();
    isolatedNames.delete(NAME);
    await sdk.provider.shutdown();
  });

  function instrumented() {
    const breaker = instrument(NAME, breakerOf(), { meterProvider: sdk.provider });
    ends.push(() => uninstrument(breaker));
    return breaker;
  }

  it.each(EVENTS)('is closed by a reset (%s)', async (event) => {
    const breaker = instrumented();
    await answerOf(breaker.execute(fails(new Down())));
    breaker[event](throwing);
    controlOf().reset();
    expect(breaker.state).toBe(CircuitState.Closed);
    expect(heard).toEqual(['closed>open', 'open>closed']);
    expect(await moved(sdk)).toMatchObject({
      'circuit_breaker.transitions': { 'closed open': 1, 'open isolated': 1, 'isolated closed': 1 },
    });
    expect((await moved(sdk))['telemetry.errors'] ?? 0).toBeGreaterThan(0);
  });

  it.each(EVENTS)('is held open and let go again (%s)', (event) => {
    const breaker = instrumented();
    breaker[event](throwing);
    const control = controlOf();
    control.isolate();
    expect(control.read()).toMatchObject({ state: 'isolated', isIsolatedByUs: true });
    control.release();
    expect(control.read()).toMatchObject({ state: 'closed', isIsolatedByUs: false });
    expect(heard).toEqual(['closed>isolated', 'isolated>closed']);
  });

  it.each(EVENTS)('is instrumented under a name that is held (%s)', (event) => {
    isolatedNames.add(NAME);
    const breaker = breakerOf();
    breaker[event](throwing);
    expect(instrument(NAME, breaker, { meterProvider: sdk.provider })).toBe(breaker);
    expect(breaker.state).toBe(CircuitState.Isolated);
    uninstrument(breaker);
    expect(breaker.state).toBe(CircuitState.Closed);
  });

  it('is instrumented where it does not let itself be held', async () => {
    isolatedNames.add(NAME);
    const breaker = breakerOf();
    breaker.isolate = throwing;
    instrument(NAME, breaker, { meterProvider: sdk.provider });
    expect(await breaker.execute(() => 'fine')).toBe('fine');
    expect(await moved(sdk)).toMatchObject({ 'telemetry.errors': 1 });
    uninstrument(breaker);
  });

  it.each(EVENTS)('is reset and isolated as part of a documented policy (%s)', async (event) => {
    const { createPolicy } = await policiesOver(version.major);
    const policy = createPolicy('documented', 'default', { retry: false });
    policy.circuitBreaker?.[event](throwing);
    const handle = policy.isolate();
    handle.dispose();
    expect(policy.circuitBreaker?.state).toBe(CircuitState.Closed);
    for (let call = 0; call < 5; call++) {
      await answerOf(policy.execute(fails(Object.assign(new Down(), { code: 'ECONNREFUSED' }))));
    }
    expect(policy.circuitBreaker?.state).toBe(CircuitState.Open);
    policy.reset();
    expect(policy.circuitBreaker?.state).toBe(CircuitState.Closed);
    policy.dispose();
    vi.doUnmock('cockatiel');
  });
});

describe.each(majors)('cockatiel $major, a breaker that is held open by hand', (version) => {
  const { circuitBreaker, CircuitState, ConsecutiveBreaker, handleAll, retry, wrap } =
    version.cockatiel;
  const breakerOf = () =>
    circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(1) });
  afterEach(() => {
    isolatedNames.delete(NAME);
    vi.doUnmock('cockatiel');
  });

  it('is let go when it is not instrumented any more, and held when it is again', () => {
    isolatedNames.add(NAME);
    const breaker = instrument(NAME, breakerOf());
    uninstrument(breaker);
    expect(breaker.state).toBe(CircuitState.Closed);
    instrument(NAME, breaker);
    expect(breaker.state).toBe(CircuitState.Isolated);
    uninstrument(breaker);
    expect(breaker.state).toBe(CircuitState.Closed);
  });

  it('stays held for as long as one of its stacks is instrumented', () => {
    isolatedNames.add(NAME);
    const breaker = breakerOf();
    const stacks = [1, 2].map(() =>
      instrument(NAME, wrap(retry(handleAll, { maxAttempts: 1 }), breaker)),
    );
    uninstrument(stacks[0] as never);
    expect(breaker.state).toBe(CircuitState.Isolated);
    uninstrument(stacks[1] as never);
    expect(breaker.state).toBe(CircuitState.Closed);
  });

  it('is let go when its policy is disposed of, or makes room for another', async () => {
    const { createPolicy, policyFor, policyRegistry } = await policiesOver(version.major);
    const { isolatedNames: heldNames } = await import('../../src/metrics/breaker-control.ts');
    heldNames.add(NAME);
    const policy = createPolicy(NAME);
    const retained = policyFor(NAME, { key: 'a' });
    for (const { circuitBreaker } of [policy, retained]) {
      expect(circuitBreaker?.state).toBe(CircuitState.Isolated);
    }
    policy.dispose();
    for (let key = 0; key < 500; key++) policyFor(NAME, { key: String(key) });
    for (const { circuitBreaker } of [policy, retained]) {
      expect(circuitBreaker?.state).toBe(CircuitState.Closed);
    }
    expect(await retained.execute(() => 'through')).toBe('through');
    policyRegistry.dispose();
    heldNames.delete(NAME);
  });
});
