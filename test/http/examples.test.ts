import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

/** Resolves this package to its source in the examples. */
const HOOKS = `data:text/javascript,${encodeURIComponent(`
  import { register } from 'node:module';
  const resolve = \`export async function resolve(specifier, context, next) {
    const isOwn = specifier === 'cockatiel-otel/http';
    return next(isOwn ? '${new URL('../../src/http/index.ts', import.meta.url)}' : specifier, context);
  }\`;
  register('data:text/javascript,' + encodeURIComponent(resolve));
`)}`;

const PRINTED = {
  protect: [
    'call 1: 503 after 3 requests',
    'call 2: 503 after 6 requests',
    'call 3: 503 after 9 requests',
    'call 4: 503 after 12 requests',
    'call 5: 503 after 15 requests',
    'call 6: the circuit of servicenow is open, 15 requests as before',
    'call 7: 200 INC0012345',
  ],
  token: ['concurrent: 200,200,200, refreshed 1 time', 'later: 200, refreshed 2 times'],
  answers: [
    'plain: 403',
    'missing: null',
    'HttpStatusError: 403 no',
    'TimeoutError: workday did not answer in time',
    'aborted: the user left the page',
  ],
  tracing: ['GET 503 first', 'GET 503 1', 'GET 200 2'],
};

describe('the example', () => {
  it.each(Object.entries(PRINTED))('%s prints the lines of the docs', async (name, lines) => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      ...['--import', 'tsx', '--import', HOOKS],
      `examples/http/${name}.ts`,
    ]);
    expect(stderr).toBe('');
    expect(stdout.trimEnd().split('\n')).toEqual(lines);
  });

  it.each(Object.keys(PRINTED))('%s is in the docs, word for word', (name) => {
    const text = readFileSync(`examples/http/${name}.ts`, 'utf8').trimEnd();
    expect(readFileSync('docs/http.md', 'utf8')).toContain(`\`\`\`ts\n${text}\n\`\`\``);
  });

  it('of every file is tested', () => {
    const files = readdirSync('examples/http').filter((file) => file.endsWith('.ts'));
    const names = files.map((file) => file.replace('.ts', ''));
    expect(names.sort()).toEqual([...Object.keys(PRINTED), 'service'].sort());
  });
});
