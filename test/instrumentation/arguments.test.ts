import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type InstrumentOptions, instrument, snapshot, uninstrument } from '../../src/index.ts';
import { METRICS } from '../../src/semconv/metrics.ts';
import { majors } from '../support/cockatiel.ts';
import { TestSdk } from '../support/metrics.ts';
import { durations, NAME } from './support.ts';

const bad = <T>(value: unknown) => value as T;

describe.each(majors)('cockatiel $major, arguments of instrument', ({ cockatiel }) => {
  const { bulkhead, handleAll, retry, wrap } = cockatiel;
  let sdk: TestSdk;
  beforeEach(() => {
    sdk = new TestSdk();
  });

  it.each([
    [undefined, 'Expected `name` to be a string, got undefined'],
    [null, 'Expected `name` to be a string, got null'],
    [7, 'Expected `name` to be a string, got 7'],
    [Symbol('name'), 'Expected `name` to be a string, got Symbol(name)'],
    [{}, 'Expected `name` to be a string, got an object'],
    ['', 'Expected `name` to be a non-empty string, got ""'],
    ['  ', 'Expected `name` to be a non-empty string, got "  "'],
  ])('refuses %o for a name', (name, message) => {
    const policy = retry(handleAll, {});
    expect(() => instrument(bad(name), policy)).toThrow(new TypeError(message));
    expect(Object.hasOwn(policy, 'execute')).toBe(false);
  });

  it.each([
    [undefined, 'Expected `policy` to have a method `execute`, got undefined'],
    [null, 'Expected `policy` to have a method `execute`, got null'],
    ['retry', 'Expected `policy` to have a method `execute`, got "retry"'],
    [{}, 'Expected `policy` to have a method `execute`, got an object'],
    [[], 'Expected `policy` to have a method `execute`, got an array'],
    [() => {}, 'Expected `policy` to have a method `execute`, got a function'],
    [{ execute: 'now' }, 'Expected `policy` to have a method `execute`, got an object'],
  ])('refuses %o for a policy', (policy, message) => {
    expect(() => instrument(NAME, bad<{ execute: unknown }>(policy))).toThrow(
      new TypeError(message),
    );
  });

  it('shows no more of a long text than fits a message', () => {
    const text = 'x'.repeat(20_000_000);
    expect(() => instrument(NAME, bad<{ execute: unknown }>(text))).toThrow(
      new TypeError(`Expected \`policy\` to have a method \`execute\`, got "${'x'.repeat(199)}…"`),
    );
  });

  it.each([
    [null, 'Expected `options` to be a plain object, got null'],
    ['options', 'Expected `options` to be a plain object, got "options"'],
    [{ attributes: 7 }, 'Expected `options.attributes` to be a plain object, got 7'],
    [{ attributes: null }, 'Expected `options.attributes` to be a plain object, got null'],
    [{ attributes: ['a'] }, 'Expected `options.attributes` to be a plain object, got an array'],
    [
      { attributes: { team: { name: 'a' } } },
      'Expected `options.attributes["team"]` to be a string, a finite number or a boolean, got an object',
    ],
    [
      { attributes: { team: ['a'] } },
      'Expected `options.attributes["team"]` to be a string, a finite number or a boolean, got an array',
    ],
    [
      { attributes: { team: undefined } },
      'Expected `options.attributes["team"]` to be a string, a finite number or a boolean, got undefined',
    ],
    [
      { attributes: { load: Number.NaN } },
      'Expected `options.attributes["load"]` to be a string, a finite number or a boolean, got NaN',
    ],
    [
      { attributes: { '': 'a' } },
      'Expected the names in `options.attributes` to be non-empty, got ""',
    ],
    [
      { attributes: { 'resilience.policy.name': 'a' } },
      'Expected `options.attributes["resilience.policy.name"]` to have another name: ' +
        '`resilience.*` and `error.type` are set by the instrumentation',
    ],
    [
      { attributes: { 'error.type': 'a' } },
      'Expected `options.attributes["error.type"]` to have another name: ' +
        '`resilience.*` and `error.type` are set by the instrumentation',
    ],
    [{ errorType: 'a' }, 'Expected `options.errorType` to be a function, got "a"'],
    [{ errorType: null }, 'Expected `options.errorType` to be a function, got null'],
    [{ durations: 1 }, 'Expected `options.durations` to be a boolean, got 1'],
    [
      { meterProvider: {} },
      'Expected `options.meterProvider` to have a method `getMeter`, got an object',
    ],
    [
      { meterProvider: null },
      'Expected `options.meterProvider` to have a method `getMeter`, got null',
    ],
  ])('refuses %o for options', (options, message) => {
    const policy = wrap(retry(handleAll, {}), bulkhead(1));
    const { execute } = policy;
    expect(() => instrument(NAME, policy, bad(options))).toThrow(new TypeError(message));
    expect(policy.execute).toBe(execute);
    expect(policy.wrapped.some((member) => Object.hasOwn(member, 'execute'))).toBe(false);
  });

  it('takes options of which none is set, as optional ones are written', async () => {
    const options = bad<InstrumentOptions>({
      attributes: undefined,
      errorType: undefined,
      durations: undefined,
    });
    const policy = sdk.instrument(NAME, retry(handleAll, {}), options);
    await policy.execute(() => 'fine');
    expect(
      await sdk.value('resilience.execution.duration', {
        'resilience.execution.result': 'answered',
      }),
    ).toBe(1);
  });

  it('puts the attributes on every series, as they were when it was called', async () => {
    const attributes = { team: 'payments', tier: 1, critical: true };
    const policy = sdk.instrument(NAME, retry(handleAll, { maxAttempts: 1 }), { attributes });
    Object.assign(attributes, { team: 'changed' });
    await policy.execute(() => 'fine');
    for (const { dataPoints } of await sdk.collect()) {
      for (const point of dataPoints) {
        expect(point.attributes).toMatchObject({
          'resilience.policy.name': NAME,
          team: 'payments',
          tier: 1,
          critical: true,
        });
      }
    }
  });

  it('keeps names apart by their attributes, whatever their order', () => {
    const meterProvider = sdk.provider;
    const named = (attributes: InstrumentOptions['attributes'] = {}) =>
      instrument('ordered', retry(handleAll, {}), { attributes, meterProvider });
    const policies = [named({ a: 1, b: 2 }), named({ b: 2, a: 1 }), named({ a: 1 })];
    const mine = snapshot().filter(({ name }) => name === 'ordered');
    expect(mine.map((call) => [call.attributes, call.policies])).toEqual([
      [{ a: 1, b: 2 }, 2],
      [{ a: 1 }, 1],
    ]);
    for (const policy of policies) uninstrument(policy);
  });

  it.each([
    ['frozen', (policy: object) => Object.freeze(policy)],
    ['sealed', (policy: object) => Object.seal(policy)],
    ['not extensible', (policy: object) => Object.preventExtensions(policy)],
  ])('refuses a policy that is %s, and every other of its stack with it', (_, close) => {
    const message =
      'Expected `policy` to be extensible, got a frozen or sealed one: its `execute` must be ' +
      'replaced to be observed';
    const [open, closed] = [retry(handleAll, {}), retry(handleAll, {})];
    close(closed);
    expect(() => instrument(NAME, closed)).toThrow(new TypeError(message));
    const stack = wrap(open, closed);
    const { execute } = stack;
    expect(() => sdk.instrument('half', stack)).toThrow(new TypeError(message));
    expect(stack.execute).toBe(execute);
    expect(Object.hasOwn(open, 'execute')).toBe(false);
    expect(snapshot().filter(({ name }) => name === 'half')).toEqual([]);
  });

  it('calls no hook and no policy when it is called', () => {
    const errorType = vi.fn();
    const execute = vi.fn();
    sdk.instrument(NAME, { execute }, { errorType });
    expect(errorType).not.toHaveBeenCalled();
    expect(execute).not.toHaveBeenCalled();
  });

  it('leaves alone what uninstrument is given and was never instrumented', () => {
    const policy = retry(handleAll, {});
    uninstrument(policy);
    uninstrument(bad({}));
    uninstrument(bad(undefined));
    expect(Object.hasOwn(policy, 'execute')).toBe(false);
  });

  it('records no durations where they are switched off, but counts', async () => {
    const policy = sdk.instrument(
      NAME,
      wrap(retry(handleAll, { maxAttempts: 1 }), bulkhead(1, 1)),
      { durations: false },
    );
    await Promise.all([policy.execute(async () => 1), policy.execute(async () => 2)]);
    const histograms = METRICS.filter(({ instrument: kind }) => kind === 'histogram');
    for (const { name } of histograms)
      expect(await durations(sdk, name)).toMatchObject({ count: 0 });
    expect(await sdk.value('resilience.executions', { 'resilience.outcome': 'success' })).toBe(2);
  });
});
