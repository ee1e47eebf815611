import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { metrics } from '@opentelemetry/api';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Logger, monitorDependencies } from '../../src/health/index.ts';
import { eventually } from '../support/eventually.ts';
import { TestSdk } from '../support/metrics.ts';

const monitorModule = new URL(
  '../../src/dependencies/monitor/monitor-dependencies.ts',
  import.meta.url,
);

function runScript(script: string) {
  const code = `import { monitorDependencies } from '${monitorModule}'; ${script}`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', code];
  return spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 15_000 });
}

describe('a process', () => {
  it.each([
    ['that is checked', '() => {}'],
    ['whose check hangs', '() => new Promise(() => {})'],
    ['that is being recovered', '{ check: () => false, recover: () => new Promise(() => {}) }'],
  ])('ends by itself while it watches a dependency %s', (_, dependency) => {
    const { status, stderr, stdout } = runScript(
      `monitorDependencies({ a: ${dependency} }, { interval: 50, firstWait: 1 });
       setTimeout(() => console.log('done'), 200);`,
    );
    expect({ status, stderr, stdout }).toEqual({ status: 0, stderr: '', stdout: 'done\n' });
  });

  it('waits for the first checks where `ready` is awaited, and for nothing else', () => {
    const checks = [
      '() => new Promise(() => {})',
      '() => new Promise((resolve) => setTimeout(resolve, 30).unref())',
      '() => {}',
    ];
    const ended = checks.map((check) => {
      const { status, stderr, stdout } = runScript(`
        const monitor = monitorDependencies({ a: ${check} }, { timeout: 100 });
        await monitor.ready;
        console.log(monitor.state().systems.a.error);`);
      return { status, stderr, stdout };
    });
    expect(ended).toEqual([
      { status: 0, stderr: '', stdout: 'no answer within 100 ms\n' },
      { status: 0, stderr: '', stdout: 'null\n' },
      { status: 0, stderr: '', stdout: 'null\n' },
    ]);
  });

  it('outlives whatever checks, recoveries, hooks and loggers do', () => {
    const { status, stderr, stdout } = runScript(`
      const bad = [
        () => { throw new Error('thrown'); },
        () => Promise.reject(new Error('rejected')),
        () => { throw null; },
        () => ({ get available() { throw new Error('got'); } }),
        ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', reject)),
        async () => { await new Promise((resolve) => setTimeout(resolve, 30).unref()); throw new Error('late'); },
      ];
      const checks = Object.fromEntries(bad.map((check, index) => [index, { check, recover: check }]));
      for (const hook of bad) {
        monitorDependencies(checks, {
          timeout: 5, recoverTimeout: 5, interval: 10, firstWait: 1, longestWait: 5, alertAfter: 1,
          onChange: hook, onAlert: hook, logger: { info: hook, warn: hook, error: hook },
        });
      }
      setTimeout(() => console.log('alive'), 500);`);
    expect({ status, stderr, stdout }).toEqual({ status: 0, stderr: '', stdout: 'alive\n' });
  });
});

describe('a real service', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function listen(port = 0): Promise<number> {
    server = createServer((_, response) => response.end('pong')).listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  function stopListening(): void {
    server?.closeAllConnections();
    server?.close();
    server = undefined;
  }

  it('that goes is seen to go, and to come back once it is recovered', async () => {
    const sdk = new TestSdk();
    const lines: string[] = [];
    const log = (message: string) => void lines.push(message);
    const logger: Logger = { info: log, warn: log, error: log };
    const port = await listen();
    using monitor = monitorDependencies(
      {
        workday: {
          check: ({ signal }) => fetch(`http://127.0.0.1:${port}/`, { signal }),
          async recover({ attempt }) {
            if (attempt < 3) throw new Error(`attempt ${attempt} is too early`);
            await listen(port);
          },
        },
      },
      { interval: 40, firstWait: 20, meterProvider: sdk.provider, logger },
    );
    await monitor.ready;
    const report = () => monitor.state().systems['workday'];
    expect(report()).toMatchObject({ available: true, error: null });

    stopListening();
    await eventually('that it is gone', () => !report()?.available || undefined);
    expect(report()?.error).toMatch(/^fetch failed: /);
    await eventually('that it is back', () => report()?.available || undefined);
    expect(lines).toEqual([
      expect.stringMatching(/^workday is not available: fetch failed: /),
      'Attempt 1 to recover workday failed, the next one is in 0.04 s: attempt 1 is too early',
      'Attempt 2 to recover workday failed, the next one is in 0.08 s: attempt 2 is too early',
      'Attempt 3 to recover workday ended well',
      expect.stringMatching(/^workday is available again after 0 s, and 3 attempts to recover it$/),
    ]);
    const attempts = async (result: string) =>
      sdk.value('resilience.dependency.recovery.attempts', {
        'resilience.dependency.recovery.result': result,
      });
    expect([await attempts('success'), await attempts('failure')]).toEqual([1, 2]);
    expect(await sdk.value('resilience.dependency.available')).toBe(1);
  });

  it('that hangs is let go when the monitor is stopped', async () => {
    let closed = 0;
    server = createServer((request) => void request.on('close', () => closed++));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const asked = once(server, 'request');
    const monitor = monitorDependencies({
      workday: ({ signal }) => fetch(`http://127.0.0.1:${port}/`, { signal }),
    });
    await asked;
    monitor.stop();
    await monitor.ready;
    await eventually('a closed request', () => closed === 1 || undefined);
  });
});

describe('without a meter provider of its own', () => {
  afterEach(() => metrics.disable());

  it('reports to the global one, whenever that comes', async () => {
    metrics.disable();
    using monitor = monitorDependencies({
      'early bird': { check: () => false, recover: () => false },
    });
    await monitor.ready;
    const sdk = new TestSdk();
    metrics.setGlobalMeterProvider(sdk.provider);
    const name = { 'resilience.dependency.name': 'early bird' };
    expect(await sdk.value('resilience.dependency.available', name)).toBe(0);
    expect(await sdk.points('resilience.dependency.recovery.attempts', name)).toHaveLength(2);
  });

  it('finds one that another copy of the api registered, by its next check', async () => {
    metrics.disable();
    vi.resetModules();
    const fresh = await import('../../src/dependencies/monitor/monitor-dependencies.ts');
    using monitor = fresh.monitorDependencies({ 'other copy': () => true }, { interval: 20 });
    await monitor.ready;
    const sdk = new TestSdk();
    // What every copy of the API does: it writes to the one place that all of them share.
    Object.getPrototypeOf(metrics).setGlobalMeterProvider.call(metrics, sdk.provider);
    const value = () =>
      sdk.value('resilience.dependency.available', { 'resilience.dependency.name': 'other copy' });
    expect(await eventually('its series', value)).toBe(1);
  });
});
