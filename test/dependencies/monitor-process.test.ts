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
  it('exits while a monitor runs, whether checks and recoveries settle or hang', () => {
    const dependencies = [
      '() => {}',
      '() => new Promise(() => {})',
      '{ check: () => false, recover: () => new Promise(() => {}) }',
    ];
    const ended = dependencies.map((dependency) => {
      const { status, stderr, stdout } = runScript(
        `monitorDependencies({ a: ${dependency} }, { interval: 50, initialDelay: 1 });
         setTimeout(() => console.log('done'), 200);`,
      );
      return { status, stderr, stdout };
    });
    expect(ended).toEqual(dependencies.map(() => ({ status: 0, stderr: '', stdout: 'done\n' })));
  });

  it('waits for the first checks if `ready` is awaited', () => {
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

  it('survives faults of checks, recoveries, hooks and loggers', () => {
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
          timeout: 5, recoverTimeout: 5, interval: 10, initialDelay: 1, maxDelay: 5, alertAfter: 1,
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

  it('becomes unavailable when it stops, and available when a recovery starts it', async () => {
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
      { interval: 40, initialDelay: 20, meterProvider: sdk.provider, logger },
    );
    await monitor.ready;
    const report = () => monitor.state().systems['workday'];
    expect(report()).toMatchObject({ available: true, error: null });

    stopListening();
    await eventually('that it is unavailable', () => !report()?.available || undefined);
    expect(report()?.error).toMatch(/^fetch failed: /);
    await eventually('that it is available', () => report()?.available || undefined);
    expect(lines).toEqual([
      expect.stringMatching(/^workday is not available: fetch failed: /),
      'Recovery attempt 1 of workday failed, next attempt in 0.04 s: attempt 1 is too early',
      'Recovery attempt 2 of workday failed, next attempt in 0.08 s: attempt 2 is too early',
      'Recovery attempt 3 of workday succeeded',
      expect.stringMatching(/^workday is available again after 0 s and 3 recovery attempts$/),
    ]);
    const attempts = async (result: string) =>
      sdk.value('resilience.dependency.recovery.attempts', {
        'resilience.dependency.recovery.result': result,
      });
    expect([await attempts('success'), await attempts('failure')]).toEqual([1, 2]);
    expect(await sdk.value('resilience.dependency.available')).toBe(1);
  });

  it('loses its pending request when the monitor is stopped', async () => {
    let closed = 0;
    server = createServer((request) => void request.on('close', () => closed++));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const requested = once(server, 'request');
    const monitor = monitorDependencies({
      workday: ({ signal }) => fetch(`http://127.0.0.1:${port}/`, { signal }),
    });
    await requested;
    monitor.stop();
    await monitor.ready;
    await eventually('a closed request', () => closed === 1 || undefined);
  });
});

describe('a monitor without a meter provider', () => {
  afterEach(() => metrics.disable());

  it('reports to the global one, whenever it is registered', async () => {
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

  it('finds the one that another copy of the API registered, at its next check', async () => {
    metrics.disable();
    vi.resetModules();
    const fresh = await import('../../src/dependencies/monitor/monitor-dependencies.ts');
    using monitor = fresh.monitorDependencies({ 'other copy': () => true }, { interval: 20 });
    await monitor.ready;
    const sdk = new TestSdk();
    // Every copy of the API writes to the same global.
    Object.getPrototypeOf(metrics).setGlobalMeterProvider.call(metrics, sdk.provider);
    const value = () =>
      sdk.value('resilience.dependency.available', { 'resilience.dependency.name': 'other copy' });
    expect(await eventually('its series', value)).toBe(1);
  });
});
