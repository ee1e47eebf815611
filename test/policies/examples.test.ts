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
  it('protect retries', async () => {
    expect(await run('protect')).toEqual([
      'retry 1 in 20 ms',
      'retry 2 in 40 ms',
      'got INC0012345',
    ]);
  });

  it('endpoints resets and isolates circuits', async () => {
    expect(await run('endpoints')).toEqual([
      'after six calls each: eu is closed, us is open',
      'after a reset: eu is closed, us is closed',
      'isolated: eu is isolated, us is isolated',
      'released: eu is closed, us is closed',
    ]);
  });

  it('rate-limit waits longer for a rate limit', async () => {
    expect(await run('rate-limit')).toEqual([
      'retry in 20 ms',
      'retry in 200 ms',
      'retry in 20 ms',
      'got the groups',
    ]);
  });

  it('configuration prints origins, and the errors of an invalid environment', async () => {
    expect(await run('configuration')).toEqual([
      "timeout.duration { from: 'environment', variable: 'RESILIENCE_TIMEOUT_LLM' }",
      "retry.calls { from: 'code' }",
      "bulkhead.limit { from: 'preset' }",
      'Expected RESILIENCE_RETRY_MAX_ATTEMPTS to be an integer of at least 1, got "three"',
      'Expected RESILIENCE_TIMEOUT_LLM to be seconds from 0.001 to 3600, such as 30 or 0.5, got "5000"',
    ]);
  });

  it.each(['protect', 'endpoints', 'rate-limit', 'configuration'])('%s is in the docs', (name) => {
    const text = readFileSync(`examples/policies/${name}.ts`, 'utf8').trimEnd();
    expect(readFileSync('docs/policies.md', 'utf8')).toContain(`\`\`\`ts\n${text}\n\`\`\``);
  });
});
