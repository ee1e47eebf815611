import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Stacks {
  readonly answers: readonly string[];
  readonly answering: object;
  readonly hanging: object;
  readonly nested: object;
  readonly seenByTheOther: readonly boolean[];
}

type Results = Readonly<Record<string, unknown>> & {
  readonly 'two in one': Stacks;
  readonly 'one in two': Stacks;
};

/** Two folders with the built package, as duplicate installs are. */
describe('two copies of the package in one process', () => {
  let home: string;
  let results: Results;

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'cockatiel-otel-copies-'));
    symlinkSync(resolve('node_modules'), join(home, 'node_modules'));
    for (const copy of ['one', 'two']) {
      mkdirSync(join(home, copy));
      cpSync('dist', join(home, copy, 'dist'), { recursive: true });
      copyFileSync('package.json', join(home, copy, 'package.json'));
    }
    copyFileSync('test/compat/copies.mjs', join(home, 'copies.mjs'));
    const printed = execFileSync(process.execPath, ['copies.mjs'], {
      cwd: home,
      encoding: 'utf8',
      timeout: 60_000,
    });
    results = JSON.parse(printed) as Results;
  }, 90_000);

  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it.each(['two in one', 'one in two'] as const)(
    'see outcomes by members of the other (%s)',
    (names) => {
      expect(results[names]).toEqual({
        answers: ['instead', 'TaskCancelledError'],
        answering: { fallback: 1 },
        hanging: { timed_out: 1 },
        nested: { timed_out: 1 },
        seenByTheOther: [true, true],
      });
    },
  );

  it('undo what the other instrumented', () => {
    expect(results['shared']).toEqual({
      retained: { success: 1 },
      left: [false, false],
      ownExecute: false,
    });
  });

  it('count a call in flight once, and later ones in the new place', () => {
    expect(results['flying']).toEqual({
      answer: 'Error',
      again: 'Error',
      counts: [[{ failure: 2 }, { exhausted: 2 }, 2]],
    });
  });

  it('observe policies that share an executor', () => {
    expect(results['executor']).toEqual(['1', '2', { completed: 1 }, { completed: 1 }]);
  });

  it('list, isolate and release circuit breakers of the other by name', () => {
    expect(results['routes']).toEqual({
      list: true,
      listed: 200,
      isolated: 200,
      state: 'Isolated',
      later: 'Isolated',
      released: [200, 'Closed'],
    });
  });

  it('report both to one meter provider, and sum a name that both have', () => {
    expect(results['reported']).toEqual(['of both: 2', 'of one: 1', 'of two: 1']);
  });
});
