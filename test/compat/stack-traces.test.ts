import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const SCRIPT = 'test/compat/stack-traces.mjs';
const NEWER = '24';
/** For a download of Node, and for the script on a busy machine. */
const LIMIT_MS = 150_000;

/** Frames in order, innermost first, down to the caller. */
interface Frames {
  /** Of the function, of cockatiel and of the caller: "at name (file:line:column)". */
  readonly others: readonly string[];
  /** Of this package. */
  readonly ours: readonly string[];
}

interface Result {
  readonly major: string;
  readonly name: string;
  readonly kind: 'late' | 'before an await' | 'sync';
  readonly bare: Frames;
  readonly instrumented: Frames;
}

const run = promisify(execFile);

/** @throws Error that says which Node was expected, what npm answered and what to do */
async function stackTraces(node: string): Promise<Result[]> {
  const options = { timeout: LIMIT_MS, maxBuffer: 64 * 1024 * 1024 };
  const [program, args] =
    node === 'this'
      ? [process.execPath, [SCRIPT]]
      : ['npm', ['exec', '--yes', `--package=node@${node}`, '--', 'node', SCRIPT]];
  try {
    const { stdout } = await run(program, args, options);
    return JSON.parse(stdout) as Result[];
  } catch (error) {
    const { stderr, killed } = error as { stderr?: string; killed?: boolean };
    throw new Error(
      `Expected ${SCRIPT} to run with Node (${node}) in ${LIMIT_MS / 1000} s, ` +
        `${killed ? 'it took longer' : 'it failed'}: ${stderr || error}. ` +
        `It needs \`npm run build\`, and for another Node the npm registry or npm's cache.`,
      { cause: error },
    );
  }
}

/** `createFetch` has functions of its own on the way. */
const limitOf = ({ name, kind, bare }: Result): number => {
  if (name.startsWith('createFetch')) return 4;
  // Before its first `await` the function is called through a few functions of each policy.
  return kind === 'late'
    ? 1
    : 5 * bare.others.filter((policy) => /\bexecute\b/.test(policy)).length;
};

describe.each(['this', NEWER])('Node (%s)', (node) => {
  it(
    'shows the frames of a bare policy in the stack of an error, and few of this package',
    async () => {
      const results = await stackTraces(node);
      // Not after a wait in a queue or for a half-open probe, of bare policies either.
      const complete = results.filter(({ bare }) => bare.others.at(-1)?.includes('handleRequest'));
      expect(complete.length).toBeGreaterThan(600);
      const wrong = results.filter(
        (result) =>
          String(result.instrumented.others) !== String(result.bare.others) ||
          result.instrumented.ours.length > limitOf(result),
      );
      expect(wrong.map(({ major, name, kind }) => `${major} ${name}: ${kind}`)).toEqual([]);
    },
    LIMIT_MS + 20_000,
  );
});
