import { afterEach, describe, expect, it } from 'vitest';
import {
  createPolicy,
  fallbackTo,
  type ResilientPolicy,
  resilient,
} from '../../src/policies/index.ts';

const policies: ResilientPolicy<unknown>[] = [];
afterEach(() => {
  for (const policy of policies.splice(0)) policy.dispose();
});

/** A policy whose fallback returns the arguments of the call. */
function withArgs(): ResilientPolicy<unknown> {
  const fallback = fallbackTo.function((_, ...args) => args, { handle: () => true });
  const policy = createPolicy<unknown>('service', 'default', { retry: false, fallback });
  policies.push(policy);
  return policy;
}

async function fail(..._: readonly unknown[]): Promise<unknown> {
  throw new Error('down');
}

type Execute = ResilientPolicy<unknown>['execute'];

describe('a fallback gets the arguments of the call', () => {
  it('in each execution of a policy whose `execute` is hedged', async () => {
    const policy = withArgs();
    const execute = policy.execute.bind(policy);
    policy.execute = (async (fn, signal) => [
      await execute(fn, signal),
      await execute(fn, signal),
    ]) as Execute;
    expect(await resilient(policy, fail)(1, 2)).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('if the decorator of `execute` runs another policy first', async () => {
    const [policy, first] = [withArgs(), withArgs()];
    const execute = policy.execute.bind(policy);
    policy.execute = (async (fn, signal) => {
      await first.execute(() => fail());
      return execute(fn, signal);
    }) as Execute;
    expect(await resilient(policy, fail)(1, 2)).toEqual([1, 2]);
  });

  it('if the policy is a copy', async () => {
    const policy = withArgs();
    const copy = { ...policy, execute: policy.execute.bind(policy) };
    expect(await resilient(copy, fail)(1, 2)).toEqual([1, 2]);
  });

  it('and none of the enclosing call', async () => {
    const [outer, inner] = [withArgs(), withArgs()];
    const call = resilient(outer, async (..._: number[]) => inner.execute(() => fail()));
    expect(await call(1, 2)).toEqual([]);
  });
});
