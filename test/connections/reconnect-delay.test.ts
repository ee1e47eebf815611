import { expect, it, vi } from 'vitest';
import { reconnectDelay } from '../../src/connections/index.ts';

it('doubles its upper bound up to the longest delay', () => {
  const random = vi.spyOn(Math, 'random').mockReturnValue(1);
  expect([0, 1, 2, 5, 6, 5000].map((attempt) => reconnectDelay(attempt))).toEqual([
    1000, 2000, 4000, 32_000, 60_000, 60_000,
  ]);
  expect(reconnectDelay(3, { initialDelay: 10, maxDelay: 50 })).toBe(50);
  random.mockReturnValue(0);
  expect(reconnectDelay(7)).toBe(0);
  random.mockRestore();
});

it('rejects invalid arguments', () => {
  expect(() => reconnectDelay(-1)).toThrow(
    'Expected `attempt` to be an integer of at least 0, got -1',
  );
  expect(() => reconnectDelay(0, { maxDelay: Number.NaN })).toThrow('`options.maxDelay`');
  expect(() => reconnectDelay(0, { cap: 1 } as object)).toThrow('`cap`');
});
