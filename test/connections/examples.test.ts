import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { TestServer } from '../support/servers.ts';

const run = async (example: string, env: Record<string, string> = {}) => {
  const args = ['--import', 'tsx', `examples/connections/${example}.ts`];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { ...process.env, ...env },
    timeout: 20_000,
  });
  return stdout;
};

it('the examples of docs/connections.md run against real servers, and end', async () => {
  const servers = await Promise.all([TestServer.redis(), TestServer.postgres(), TestServer.nats()]);
  const [redis, postgres, nats] = servers.map(({ port }) => port);
  try {
    expect(await run('node-redis', { REDIS_URL: `redis://127.0.0.1:${redis}` })).toBe('PONG\n');
    const database = `postgres://test@127.0.0.1:${postgres}/postgres`;
    expect(await run('postgres', { DATABASE_URL: database })).toContain('available: true');
    expect(await run('nats', { NATS_URL: `nats://127.0.0.1:${nats}` })).toBe('');
    expect(await run('web-socket')).toBe('connected \nstalled ended\nconnected \nclosed \n');
  } finally {
    for (const server of servers) await server.stop();
  }
});

it('the example with ioredis connects again after a kill, and ends with SIGINT', async () => {
  const redis = await TestServer.redis();
  const child = execFile(process.execPath, ['--import', 'tsx', 'examples/connections/redis.ts'], {
    env: { ...process.env, REDIS_URL: `redis://127.0.0.1:${redis.port}` },
  });
  let output = '';
  const shows = (text: string) =>
    expect.poll(() => output, { timeout: 15_000, interval: 50 }).toContain(text);
  child.stdout?.on('data', (text) => {
    output += text;
  });
  try {
    await shows('connected \nvalue\n');
    await redis.kill();
    await shows('reconnecting closed\n');
    await redis.start();
    await shows('value\nreconnecting closed\nconnected \n');
    child.kill('SIGINT');
    await shows('closed \n');
    await expect.poll(() => child.exitCode, { timeout: 5000 }).toBe(0);
  } finally {
    child.kill('SIGKILL');
    await redis.stop();
  }
});
