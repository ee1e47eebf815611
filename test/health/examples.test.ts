import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { LOADERS, run } from '../policies/example.ts';
import { freePort } from '../support/ports.ts';

/** What an example prints, and the page that shows it. */
const PRINTED: Readonly<Record<string, { page: string; lines: readonly string[] }>> = {
  dependencies: {
    page: 'docs/health.md',
    lines: [
      'workday: available',
      'jira: status 503',
      'database: available',
      '66.67 %, bulk work: false',
      'database is not available: connection lost',
      'Recovery attempt 1 of database succeeded',
      'database is available again after 0 s and 1 recovery attempt',
      'available: true, recovery attempts: 0',
    ],
  },
  server: {
    page: 'docs/operating.md',
    lines: [
      'Circuit breaker workday opened, last error: Error',
      '200 {',
      "  status: 'degraded',",
      '  breakers: { total: 1, open: 1, half_open: 0, closed: 0, isolated: 0 }',
      '}',
      'Circuit breaker workday was isolated by alice (open before, isolated now): Workday is being upgraded',
      '200 {',
      "  name: 'workday',",
      "  action: 'isolate',",
      "  state: 'isolated',",
      "  previous_state: 'open'",
      '}',
      'Circuit breaker workday was released by alice (isolated before, closed now): Workday is being upgraded',
      '200 {',
      "  name: 'workday',",
      "  action: 'release',",
      "  state: 'closed',",
      "  previous_state: 'isolated'",
      '}',
    ],
  },
};

const SERVERS = ['server-node', 'server-hono', 'server-express', 'server-fastify', 'server-koa'];

const codeOf = (name: string) => readFileSync(`examples/health/${name}.ts`, 'utf8').trimEnd();

describe('the example', () => {
  it.each(Object.entries(PRINTED))('%s prints what the page says', async (name, shown) => {
    const { lines, page } = shown;
    expect(await run(`examples/health/${name}.ts`)).toEqual({ lines, complaints: '' });
    const text = readFileSync(page, 'utf8');
    expect(text).toContain(`\`\`\`ts\n${codeOf(name)}\n\`\`\``);
    expect(text).toContain(`\`\`\`text\n${lines.join('\n')}\n\`\`\``);
  });

  it('is run, whichever there is', () => {
    const names = readdirSync('examples/health').map((file) => file.replace('.ts', ''));
    expect(names.sort()).toEqual([...Object.keys(PRINTED), ...SERVERS].sort());
  });
});

describe('the example', () => {
  let child: ChildProcess | undefined;
  afterEach(() => void child?.kill());

  it.each(SERVERS)('%s serves the routes beside the service, as the page says', async (name) => {
    const port = await freePort();
    child = spawn(process.execPath, [...LOADERS, `examples/health/${name}.ts`], {
      env: { ...process.env, PORT: String(port), OPS_TOKEN: 'only-for-this-test' },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const url = `http://127.0.0.1:${port}`;
    const health = await answerOf(`${url}/ops/health`);
    expect(health.status).toBe(200);
    expect(await health.json()).toMatchObject({ status: 'healthy' });
    expect(await (await fetch(url)).text()).toBe('the service');
    const reset = await fetch(`${url}/ops/circuit-breakers/nobody/reset`, {
      method: 'POST',
      headers: { authorization: 'Bearer only-for-this-test', 'content-type': 'application/json' },
      body: '{"reason":"none"}',
    });
    expect(reset.status).toBe(404);
    expect(await reset.json()).toMatchObject({ known: [] });
    expect(readFileSync('docs/operating.md', 'utf8')).toContain(
      `\`\`\`ts\n${codeOf(name)}\n\`\`\``,
    );
  });
});

async function answerOf(url: string): Promise<Response> {
  for (let tries = 0; ; tries++) {
    try {
      return await fetch(url);
    } catch (error) {
      if (tries === 150) throw error;
      await sleep(100);
    }
  }
}
