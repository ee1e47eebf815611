import { afterEach, describe, expect, it } from 'vitest';
import { Installation } from '../support/installation.ts';

const PACKAGES = {
  '@opentelemetry': 'node_modules/@opentelemetry',
  '@hono': 'node_modules/@hono',
  hono: 'node_modules/hono',
};

let installation: Installation | undefined;
afterEach(() => installation?.remove());

/** Two workers of node:cluster run `start(port)`; returns the URL or the error of each. */
async function clusterOf(start: string, port: string): Promise<string[]> {
  installation = await Installation.of(PACKAGES);
  const printed = await installation.run(`
    import cluster from 'node:cluster';
    import { once } from 'node:events';
    import { createServer } from 'node:net';
    import { listen } from './src/health/index.ts';
    import { startMetrics } from './src/prometheus/index.ts';
    if (cluster.isPrimary) {
      const free = createServer().listen(0, '127.0.0.1');
      await once(free, 'listening');
      const PORT = String(free.address().port);
      free.close();
      await once(free, 'close');
      const workers = [0, 1].map((INSTANCE) => cluster.fork({ PORT, INSTANCE }));
      const answers = await Promise.all(workers.map((worker) => once(worker, 'message')));
      console.log(JSON.stringify(answers.map(([answer]) => answer)));
      for (const worker of workers) worker.kill();
    } else {
      const start = ${start};
      const answer = await start(${port}).then(({ url }) => url, ({ message }) => message);
      process.send(answer);
    }`);
  return JSON.parse(printed);
}

const SERVERS = [
  ['startMetrics', "(port) => startMetrics({ port, host: '127.0.0.1' })"],
  ['listen', '(port) => listen({}, { port })'],
] as const;

describe.each(SERVERS)('%s in the workers of a cluster', (_, start) => {
  it('rejects the port of another worker with advice', async () => {
    const answers = (await clusterOf(start, 'Number(process.env.PORT)')).sort();
    expect(answers[0]).toMatch(/^The .* cannot be served on 127\.0\.0\.1:\d+: the port is in use/);
    expect(answers[0]).toContain('each worker of a cluster or of PM2 needs its own port');
    expect(answers[1]).toMatch(/^http:/);
  });

  it('has a port per worker with port 0', async () => {
    const answers = await clusterOf(start, '0');
    expect(answers).toEqual([expect.stringMatching(/^http:/), expect.stringMatching(/^http:/)]);
    expect(new Set(answers).size).toBe(2);
  });
});
