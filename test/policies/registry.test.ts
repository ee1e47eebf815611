import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { snapshot } from '../../src/index.ts';
import { policyFor, policyRegistry, type ResilientPolicy } from '../../src/policies/index.ts';
import { POLICIES } from '../../src/presets/thresholds.ts';
import { answerOf, deferred, levels } from '../instrumentation/support.ts';
import { TestSdk } from '../support/metrics.ts';

const CLOSED = 0;
const OPEN = 1;
const ISOLATED = 3;
const down = () => Promise.reject(Object.assign(new Error('down'), { status: 503 }));

describe('the policies of a service', () => {
  let sdk: TestSdk;
  const overrides = () => ({
    retry: false as const,
    circuitBreaker: { consecutiveFailures: 2 },
    instrument: { meterProvider: sdk.provider },
  });
  const cml = (key?: string) => policyFor('cml', { key, overrides: overrides() });
  const stateOf = (policy: ResilientPolicy) => policy.circuitBreaker?.state;
  const fail = async (policy: ResilientPolicy, times: number) => {
    for (let call = 0; call < times; call++) await answerOf(policy.execute(down));
  };

  beforeEach(() => {
    sdk = new TestSdk();
  });
  afterEach(async () => {
    policyRegistry.dispose();
    await sdk.provider.shutdown();
  });

  it('are one for each name and key', () => {
    expect(cml()).toBe(cml());
    expect(cml('a')).toBe(cml('a'));
    expect(new Set([cml(), cml('a'), cml('b'), policyFor('other')]).size).toBe(4);
    expect(policyRegistry.list('cml').map(({ key }) => key)).toEqual(
      expect.arrayContaining([undefined, 'a', 'b']),
    );
    expect(policyRegistry.list()).toHaveLength(4);
    expect(policyRegistry.list('unknown')).toEqual([]);
  });

  it('have a circuit each and one name in the metrics', async () => {
    await fail(cml('a'), 2);
    expect([stateOf(cml('a')), stateOf(cml('b'))]).toEqual([OPEN, CLOSED]);
    expect(await levels(sdk, 'cml')).toMatchObject({
      'circuit_breaker.state': { open: 1, closed: 1 },
    });
  });

  it('have the preset and overrides of their name where none are given', () => {
    policyFor('api', { preset: 'apiClient', overrides: { retry: { calls: 2 } } });
    const keyed = policyFor('api', { key: 'a' });
    expect(keyed.preset).toBe('apiClient');
    expect(keyed.settings.retry).toMatchObject({ calls: 2, statuses: [] });
    expect(() => policyFor('api', { preset: 'http' })).toThrow(
      'Expected `preset` of "api" to be apiClient, as before, got "http"',
    );
  });

  it('go when they were not used for longest, and leave nothing behind', async () => {
    const calls = deferred<string>();
    const oldest = cml('first');
    const running = oldest.execute(() => calls.promise);
    for (let key = 0; key < POLICIES.registry.limits.keys; key++) cml(`${key}`);
    expect(policyRegistry.list('cml')).toHaveLength(POLICIES.registry.limits.keys);
    expect(await levels(sdk, 'cml')).toMatchObject({
      'circuit_breaker.state': { closed: POLICIES.registry.limits.keys },
    });
    calls.resolve('late');
    expect(await running).toBe('late');
    expect(cml('first')).not.toBe(oldest);
  });

  it('stay while they are used', () => {
    const used = cml('used');
    for (let key = 1; key < POLICIES.registry.limits.keys; key++) cml(`${key}`);
    expect(cml('used')).toBe(used);
    cml('one more');
    expect(cml('used')).toBe(used);
  });

  describe('that others would displace', () => {
    const { keys, names } = POLICIES.registry.limits;
    const otherKeys = () => {
      for (let key = 0; key < keys; key++) cml(`other ${key}`);
    };
    const otherNames = () => {
      for (let name = 0; name < names; name++) policyFor(`other-${name}`);
    };
    const refused = { error: { isBrokenCircuitError: true } };

    it('stay isolated, by name, through names and keys', async () => {
      cml();
      cml('a');
      const handle = policyRegistry.isolate('cml');
      otherNames();
      otherKeys();
      const retained = [cml(), cml('a'), cml('new')];
      for (const policy of retained) {
        expect(await answerOf(policy.execute(() => 'up'))).toMatchObject(refused);
      }
      expect(policyRegistry.list('cml')).toHaveLength(keys + 1);
      handle.dispose();
      expect(retained.map(stateOf)).toEqual([CLOSED, CLOSED, CLOSED]);
    });

    it('stay isolated, by themselves, and are reported', async () => {
      const [policy, keyed] = [policyFor('held'), cml('held')];
      const handles = [policy.isolate(), keyed.isolate()];
      otherNames();
      otherKeys();
      expect([policyFor('held'), cml('held')]).toEqual([policy, keyed]);
      expect([stateOf(policy), stateOf(keyed)]).toEqual([ISOLATED, ISOLATED]);
      expect(snapshot().map(({ name }) => name)).toContain('held');
      for (const handle of handles) handle.dispose();
      otherNames();
      expect(policyFor('held')).not.toBe(policy);
    });

    it('are released also where they were displaced while their name was isolated', () => {
      const displaced = cml('a');
      const handle = policyRegistry.isolate('cml');
      otherKeys();
      expect(cml('a')).not.toBe(displaced);
      expect(stateOf(displaced)).toBe(ISOLATED);
      handle.dispose();
      expect(stateOf(displaced)).toBe(CLOSED);
    });

    it('keep an open circuit for as long as it lets nothing through', async () => {
      vi.useFakeTimers();
      const open = cml('a');
      await fail(open, 2);
      otherKeys();
      expect(cml('a')).toBe(open);
      vi.advanceTimersByTime(60_000);
      otherKeys();
      expect(cml('a')).not.toBe(open);
      vi.useRealTimers();
    });

    it('keep their slots while these are in use', async () => {
      const slots = () => policyFor('slots', { preset: 'database', overrides: { retry: false } });
      const work = deferred<string>();
      const busy = slots();
      const running = busy.execute(() => work.promise);
      otherNames();
      expect(slots()).toBe(busy);
      work.resolve('done');
      await running;
      otherNames();
      expect(slots()).not.toBe(busy);
    });

    it('go all the same where all of them are busy, and not even then where they are isolated', async () => {
      const first = cml('first');
      const retained = cml('held');
      retained.isolate();
      await fail(first, 2);
      for (let key = 0; key < keys; key++) await fail(cml(`busy ${key}`), 2);
      expect(policyRegistry.list('cml')).toHaveLength(keys);
      expect(cml('held')).toBe(retained);
      expect(cml('first')).not.toBe(first);
    });
  });

  it('can be disposed of, by name or all', () => {
    const before = cml();
    policyFor('other', { overrides: overrides() });
    policyRegistry.dispose('cml');
    expect(policyRegistry.list().map(({ name }) => name)).toEqual(['other']);
    expect(cml()).not.toBe(before);
    policyRegistry.dispose();
    expect(policyRegistry.list()).toEqual([]);
    expect(snapshot()).toEqual([]);
  });

  it('leave the variables of their name to another when the last of them goes', () => {
    policyFor('x-y', { key: 'a' });
    policyFor('x-y', { key: 'b' }).dispose();
    expect(() => policyFor('xY')).toThrow('Expected `name` to differ from "x-y"');
    policyRegistry.dispose('x-y');
    expect(policyFor('xY').name).toBe('xY');
    expect(() => policyFor('x-y')).toThrow('Expected `name` to differ from "xY"');
  });

  it('are closed by a reset for every key, with their counts cleared', async () => {
    await fail(cml('a'), 2);
    await fail(cml('b'), 1);
    policyRegistry.reset('cml');
    for (const key of ['a', 'b']) {
      expect(stateOf(cml(key))).toBe(CLOSED);
      await fail(cml(key), 1);
      expect(stateOf(cml(key))).toBe(CLOSED);
      await fail(cml(key), 1);
      expect(stateOf(cml(key))).toBe(OPEN);
    }
  });

  it('are held open until released, also those of keys to come, and through a reset', async () => {
    await fail(cml('a'), 1);
    const handle = policyRegistry.isolate('cml');
    cml('b');
    policyRegistry.reset('cml');
    for (const key of ['a', 'b']) {
      expect(stateOf(cml(key))).toBe(ISOLATED);
      expect(await answerOf(cml(key).execute(() => 'up'))).toMatchObject({
        error: { isIsolatedCircuitError: true },
      });
    }
    handle.dispose();
    handle.dispose();
    expect([stateOf(cml('a')), stateOf(cml('b')), stateOf(cml('c'))]).toEqual([0, 0, 0]);
    await fail(cml('a'), 1);
    expect(stateOf(cml('a'))).toBe(CLOSED);
  });

  it('stay isolated until every handle is disposed', () => {
    const handles = [cml() && policyRegistry.isolate('cml'), policyRegistry.isolate('cml')];
    handles[0]?.dispose();
    expect(stateOf(cml())).toBe(ISOLATED);
    handles[1]?.dispose();
    expect(stateOf(cml())).toBe(CLOSED);
  });

  it('are held open also where a key has no circuit breaker', () => {
    const bare = (key: string) =>
      policyFor('cml', { key, overrides: { ...overrides(), circuitBreaker: false } });
    cml('a');
    bare('b');
    const handle = policyRegistry.isolate('cml');
    expect(bare('c').circuitBreaker).toBeUndefined();
    expect(stateOf(cml('a'))).toBe(ISOLATED);
    handle.dispose();
    expect(stateOf(cml('a'))).toBe(CLOSED);
  });

  it('must be there to be reset or held open, as a wrong name would do nothing', () => {
    cml();
    expect(() => policyRegistry.reset('clm')).toThrow(
      'Expected `name` to be that of a policy that `policyFor` has created (cml), got "clm"',
    );
    expect(() => policyRegistry.isolate('clm')).toThrow(TypeError);
    policyFor('open', { overrides: { circuitBreaker: false } });
    expect(() => policyRegistry.isolate('open')).toThrow(
      'Expected the policy "open" to have a circuit breaker to isolate, got none',
    );
  });

  it('are not kept where they can not be made', () => {
    vi.stubEnv('RESILIENCE_TIMEOUT_CML', 'x');
    expect(() => cml()).toThrow('Expected RESILIENCE_TIMEOUT_CML');
    vi.unstubAllEnvs();
    expect(() => policyFor('cml', { key: 5 as never })).toThrow('`key` to be a string');
    expect(cml().name).toBe('cml');
  });
});
