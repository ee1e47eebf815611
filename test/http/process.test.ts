import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { statuses } from './server.ts';
import { serve } from './support.ts';

const COCKATIELS = ['cockatiel', 'cockatiel3'];

/** Runs a program with one major of cockatiel and a `fetch` that waits between attempts. */
async function run(cockatiel: string, url: string, delay: number, rest: string) {
  const program = `
    const { createFetch } = await import('${new URL('../../src/http/index.ts', import.meta.url)}');
    const overrides = { retry: { delays: [${delay}] } };
    const fetch = createFetch('service', { overrides });
    const url = '${url}';
    ${rest}`;
  const hooks = `
    import { register } from 'node:module';
    const resolve = \`export async function resolve(specifier, context, next) {
      return next(specifier === 'cockatiel' ? '${cockatiel}' : specifier, context);
    }\`;
    register('data:text/javascript,' + encodeURIComponent(resolve));`;
  const start = performance.now();
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...['--import', 'tsx', '--import', `data:text/javascript,${encodeURIComponent(hooks)}`],
    ...['--input-type=module', '--eval', program],
  ]);
  return { printed: stdout.trim(), ms: performance.now() - start };
}

describe.each(COCKATIELS)('the process of a call that waits for a retry, over %s', (cockatiel) => {
  it('exits when the call is aborted', async () => {
    const server = await serve(statuses(503));
    const { printed, ms } = await run(
      cockatiel,
      server.url,
      15_000,
      `const controller = new AbortController();
      setTimeout(() => controller.abort(new Error('aborted')), 300);
      await fetch(url, { signal: controller.signal }).catch(({ message }) => console.log(message));`,
    );
    expect([printed, server.seen.length]).toEqual(['aborted', 1]);
    expect(ms).toBeLessThan(10_000);
  });

  it.each(['fetch(url)', 'fetch(url, { signal: new AbortController().signal })'])(
    'stays alive until the call settles: %s',
    async (call) => {
      const server = await serve((request, response, nth) => {
        response.setHeader('connection', 'close');
        statuses(503, 503, 200)(request, response, nth);
      });
      const rest = `${call}.then(({ status }) => console.log(status));`;
      expect((await run(cockatiel, server.url, 300, rest)).printed).toBe('200');
      expect(server.seen).toHaveLength(3);
    },
  );
});
