import { expect, it } from 'vitest';
import { shareRuns } from '../../src/operations/responses/shared-run.ts';

/** Runs that end when the test says so; each gives its number. */
function counted() {
  const ends: ((fails?: Error) => void)[] = [];
  const read = shareRuns(
    () =>
      new Promise<number>((resolve, reject) => {
        const run = ends.length + 1;
        ends.push((error) => (error ? reject(error) : resolve(run)));
      }),
  );
  return { ends, read };
}
const turn = () => new Promise(setImmediate);

it('callers that come during a run share the next one, and so get nothing from before they asked', async () => {
  const { ends, read } = counted();
  const first = read();
  const others = [read(), read(), read()];
  expect(ends).toHaveLength(1);
  ends[0]?.();
  expect(await first).toBe(1);
  await turn();
  expect(ends).toHaveLength(2);
  const later = read();
  ends[1]?.();
  expect(await Promise.all(others)).toEqual([2, 2, 2]);
  await turn();
  ends[2]?.();
  expect(await later).toBe(3);
  await turn();
  const afterwards = read();
  ends[3]?.();
  expect(await afterwards).toBe(4);
});

it('a failed run fails only for the callers who shared it', async () => {
  const { ends, read } = counted();
  const [first, second] = [read(), read()];
  ends[0]?.(new Error('once'));
  await expect(first).rejects.toThrow('once');
  await turn();
  ends[1]?.();
  expect(await second).toBe(2);
  expect(ends).toHaveLength(2);
});
