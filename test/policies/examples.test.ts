import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

/** Lets an example find this package in its source, as it stands, without a build. */
const HOOKS = `data:text/javascript,${encodeURIComponent(`
  import { register } from 'node:module';
  const resolve = \`export async function resolve(specifier, context, next) {
    const path = specifier === 'cockatiel-otel/policies' ? 'policies/index.ts' : specifier === 'cockatiel-otel' ? 'index.ts' : undefined;
    return path ? next('${new URL('../../src/', import.meta.url)}' + path, context) : next(specifier, context);
  }\`;
  register('data:text/javascript,' + encodeURIComponent(resolve));
`)}`;

async function run(name: string): Promise<string[]> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    '--import',
    HOOKS,
    `examples/policies/${name}.ts`,
  ]);
  expect(stderr).toBe('');
  return stdout.trimEnd().split('\n');
}

describe('the example', () => {
  it('of a call to protect', async () => {
    expect(await run('protect')).toEqual([
      'retry 1 in 20 ms',
      'retry 2 in 40 ms',
      'got INC0012345',
    ]);
  });

  it('of a circuit for each endpoint', async () => {
    expect(await run('endpoints')).toEqual([
      'after six calls each: cml-1 is closed, cml-2 is open',
      'after a reset: cml-1 is closed, cml-2 is closed',
      'held open: cml-1 is isolated, cml-2 is isolated',
      'released: cml-1 is closed, cml-2 is closed',
    ]);
  });

  it('of a wait that depends on the error', async () => {
    expect(await run('rate-limit')).toEqual([
      'next call in 20 ms',
      'next call in 200 ms',
      'next call in 20 ms',
      'got the groups',
    ]);
  });

  it('of what is in force', async () => {
    expect(await run('configuration')).toEqual([
      'policy  key  preset  setting          value  unit   set by',
      'llm          llm     retry.calls      2      calls  RETRY_MAX_ATTEMPTS',
      'llm          llm     bulkhead.limit   4      calls  RESILIENCE_BULKHEAD_LLM_LIMIT',
      'llm          llm     timeout.seconds  45     s      RESILIENCE_TIMEOUT_LLM',
      '',
      'Expected RESILIENCE_RETRY_MAX_ATTEMPTS to be an integer of at least 1, got "three"',
      'Expected RESILIENCE_TIMEOUT_LLM to be seconds from 0.001 to 3600, such as 30 or 0.5, got "5000"',
    ]);
  });

  it.each(['protect', 'endpoints', 'rate-limit', 'configuration'])('%s is in the docs', (name) => {
    const text = readFileSync(`examples/policies/${name}.ts`, 'utf8').trimEnd();
    expect(readFileSync('docs/policies.md', 'utf8')).toContain(`\`\`\`ts\n${text}\n\`\`\``);
  });
});
