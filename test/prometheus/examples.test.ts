import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { LOADERS } from '../policies/example.ts';
import { eventually } from '../support/eventually.ts';

/** The page that shows an example. */
const PAGES: Readonly<Record<string, string>> = {
  cluster: 'docs/cluster.md',
  'own-server': 'docs/prometheus.md',
  'prom-client': 'docs/prometheus.md',
};

const SUCCESS = /^resilience_executions_total\{.*"workday".*"success".*\} 1$/m;

let child: ChildProcess | undefined;
afterEach(() => void child?.kill());

function start(name: string, env: Readonly<Record<string, string>>): void {
  child = spawn(process.execPath, [...LOADERS, `examples/prometheus/${name}.ts`], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** The first of so many ports in a row that are free. */
async function freePorts(count = 1): Promise<number> {
  const first = createServer().listen(0);
  await once(first, 'listening');
  const { port } = first.address() as AddressInfo;
  const servers = [first];
  while (servers.length < count) servers.push(createServer().listen(port + servers.length));
  const taken = await Promise.allSettled(
    servers.map((server) => server.listening || once(server, 'listening')),
  );
  await Promise.all(servers.map((server) => server.listening && once(server.close(), 'close')));
  return taken.every(({ status }) => status === 'fulfilled') ? port : freePorts(count);
}

/** What is answered there, once something listens. */
function textOf(url: string): Promise<string> {
  return eventually(url, async () => {
    const response = await fetch(url).catch(() => undefined);
    return response?.text();
  });
}

describe('the example', () => {
  it.each(['own-server', 'prom-client'])('%s serves /metrics beside the service', async (name) => {
    const port = await freePorts();
    start(name, { PORT: String(port) });
    expect(await textOf(`http://127.0.0.1:${port}/`)).toBe('the service');
    const page = await textOf(`http://127.0.0.1:${port}/metrics`);
    expect(page).toMatch(SUCCESS);
    if (name === 'prom-client') expect(page).toMatch(/^orders_total 1$/m);
  });

  it('cluster has an endpoint for each worker', async () => {
    const port = await freePorts(3);
    const metricsPort = port + 1;
    start('cluster', { PORT: String(port), METRICS_PORT: String(metricsPort) });
    const endpoints = [metricsPort, metricsPort + 1].map(
      (item) => `http://localhost:${item}/metrics`,
    );
    for (const endpoint of endpoints) await textOf(endpoint);
    expect(await textOf(`http://localhost:${port}/`)).toBe('the service');
    const pages = await Promise.all(endpoints.map(textOf));
    expect(pages.filter((page) => SUCCESS.test(page))).toHaveLength(1);
  });

  it('is in the docs, word for word, whichever there is', () => {
    const names = readdirSync('examples/prometheus').map((file) => file.replace('.ts', ''));
    expect(names.sort()).toEqual(Object.keys(PAGES).sort());
    for (const [name, page] of Object.entries(PAGES)) {
      const code = readFileSync(`examples/prometheus/${name}.ts`, 'utf8').trimEnd();
      expect(readFileSync(page, 'utf8')).toContain(`\`\`\`ts\n${code}\n\`\`\``);
    }
  });
});
