import { afterEach, expect, it, vi } from 'vitest';
import {
  createPolicy,
  fallbackTo,
  gather,
  policyFor,
  resilient,
} from '../../src/policies/index.ts';

/** A value of each option of this folder that would change what a policy is, or does. */
const POLLUTION: Readonly<Record<string, unknown>> = {
  // Of `createPolicy`.
  retry: false,
  circuitBreaker: false,
  timeout: false,
  fallback: { type: 'value', answer: () => 'polluted' },
  bulkhead: { limit: 1 },
  overallTimeout: { duration: 1000 },
  order: ['timeout'],
  instrument: { durations: 'polluted' },
  // Of its members.
  handle: () => false,
  handleResult: () => true,
  strategy: 'fixed',
  statuses: [200],
  delays: [99_000],
  delay: () => 99,
  // Of `policyFor` and `resilient`.
  key: 'polluted',
  preset: 'llm',
  overrides: { retry: { calls: 9 } },
  // Of `fallbackTo`, and of a strategy.
  begin: 'polluted',
  copy: () => 'polluted',
  remember: () => {
    throw new Error('polluted');
  },
  maxAge: -1,
  maxKeys: -1,
  perInstance: 'polluted',
  keep: 'polluted',
  answer: 'polluted',
  onStale: 'polluted',
  // Of `gather`.
  name: 'polluted',
  minimum: 5,
  exponential: true,
  policies: 'polluted',
};

let number = 0;
const down = () => Promise.reject(Object.assign(new Error('down'), { status: 503 }));
const settingsOf = ({ settings, key, preset }: ReturnType<typeof policyFor>) =>
  JSON.stringify({ settings, key, preset }, (_, value) =>
    typeof value === 'function' ? 'a function' : value,
  );

/** What policies are, and what their calls answer; all of it begins before this returns. */
function behaviour(): Promise<unknown> {
  const name = `polluted-${number++}`;
  const mine = { type: 'value', answer: () => 'mine' } as const;
  const executed = createPolicy(`${name}-mine`, 'http', { fallback: mine, retry: false });
  const strategies = {
    value: fallbackTo.value({ a: 1 }),
    function: fallbackTo.function(() => 'made'),
    cached: fallbackTo.cached({ key: () => 'mine' }),
    stale: fallbackTo.stale({ key: () => 'mine' }),
  };
  return Promise.all([
    settingsOf(createPolicy(`${name}-default`)),
    settingsOf(
      createPolicy(`${name}-set`, 'http', { retry: { calls: 2 }, timeout: { duration: 3000 } }),
    ),
    settingsOf(policyFor(`${name}-for`)),
    settingsOf(policyFor(`${name}-given`, { preset: 'http' })),
    executed.execute(down),
    executed.execute(() => 'fine'),
    resilient(`${name}-resilient`, async () => 'fine')(),
    ...Object.entries(strategies).map(([type, fallback]) =>
      createPolicy<unknown>(`${name}-${type}`, 'default', { fallback, retry: false })
        .execute(down)
        .catch((error: Error) => error.message),
    ),
    gather({ part: () => 1 }),
  ]);
}

afterEach(() => {
  vi.useRealTimers();
});

it('changes no policy, whatever a polluted `Object.prototype` has', async () => {
  const expected = await behaviour();
  const wrong: unknown[] = [];
  for (const [name, value] of Object.entries(POLLUTION)) {
    let begun: Promise<unknown>;
    Object.defineProperty(Object.prototype, name, {
      value,
      configurable: true,
      writable: true,
      enumerable: true,
    });
    try {
      begun = behaviour();
    } catch (error) {
      begun = Promise.reject(error);
    } finally {
      Reflect.deleteProperty(Object.prototype, name);
    }
    const actual = await begun.catch((error: unknown) => error);
    try {
      expect(actual).toEqual(expected);
    } catch (error) {
      wrong.push({
        name,
        difference:
          actual instanceof Error ? actual.message : (error as Error).message.slice(0, 600),
      });
    }
  }
  expect(wrong).toEqual([]);
});
