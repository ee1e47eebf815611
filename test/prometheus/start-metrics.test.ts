import { once } from 'node:events';
import { Agent, createServer, get, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { metrics } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { handleAll, noop, retry } from 'cockatiel';
import express from 'express';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { instrument, uninstrument } from '../../src/index.ts';
import {
  createMetrics,
  type Metrics,
  type MetricsOptions,
  type MetricsPage,
  type PageOptions,
  startMetrics,
} from '../../src/prometheus/index.ts';
import { resolveMetricsSettings } from '../../src/prometheus/options.ts';

const ONLY = 'Expected `options` to have only port, host, endpoint, hosts, cardinalityLimit';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(options: MetricsOptions = {}): Promise<Metrics> {
  const started = await startMetrics({ port: 0, ...options });
  cleanups.push(started.shutdown);
  return started;
}

/** A retry of its own for each test, by name, gone after it. */
function retryNamed(name: string) {
  const policy = instrument(name, retry(handleAll, { maxAttempts: 1 }));
  cleanups.push(() => uninstrument(policy));
  return policy;
}

async function scrape(url: string): Promise<string> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  return response.text();
}

/** Something that one waits for and another gives. */
function signal() {
  let give = () => {};
  const received = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { input: received, give: () => give() };
}

describe('the endpoint', () => {
  it('shows counts from before and after its start', async () => {
    const policy = retryNamed('endpoint');
    await policy.execute(() => 1);
    const { url } = await start();
    await policy.execute(() => 2);
    const page = await scrape(url);
    expect(page).toMatch(
      /^resilience_executions_total\{resilience_policy_name="endpoint",resilience_outcome="success",.*\} 2$/m,
    );
    expect(page).toContain('# TYPE resilience_executions_total counter');
  });

  it('has the buckets of the catalog, also where a limit of attribute sets is given', async () => {
    const { url } = await start({ cardinalityLimit: 5000 });
    await retryNamed('buckets').execute(() => 1);
    expect(await scrape(url)).toMatch(
      /^resilience_execution_duration_bucket\{resilience_policy_name="buckets",.*le="0.1"\} 1$/m,
    );
  });

  it('is the global meter provider, for metrics of the user too', async () => {
    const { url, meterProvider } = await start();
    metrics.getMeter('shop').createCounter('orders').add(3);
    expect(metrics.getMeterProvider()).toBe(meterProvider);
    expect(await scrape(url)).toMatch(/^orders_total\{.*\} 3$/m);
  });

  it('uses any free port with port 0, and returns it', async () => {
    const { url } = await start({ port: 0 });
    expect(url).toMatch(/^http:\/\/localhost:[1-9]\d+\/metrics$/);
  });

  it('is where it is asked to be', async () => {
    const { url } = await start({ host: '127.0.0.1', endpoint: '/internal/metrics' });
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/internal\/metrics$/);
    await scrape(`${url}?name[]=x`);
  });

  it('names a machine that can be asked where it listens on every address', async () => {
    const { url } = await start({ host: '0.0.0.0' });
    expect(url).toMatch(/^http:\/\/localhost:/);
    await scrape(url);
  });

  it('has the version of the format', async () => {
    const { url } = await start();
    const response = await fetch(url);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  });

  it('answers HEAD without a page', async () => {
    const { url } = await start();
    const response = await fetch(url, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it('answers other paths with the address of the metrics', async () => {
    const { url } = await start();
    const response = await fetch(new URL('/', url));
    expect([response.status, await response.text()]).toEqual([
      404,
      'The metrics are at /metrics\n',
    ]);
  });

  it('can only be read', async () => {
    const { url } = await start();
    const response = await fetch(url, { method: 'POST', body: 'x' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('is no target that is up when nothing can be collected', async () => {
    const { url, meterProvider } = await start();
    await (meterProvider as MeterProvider).shutdown();
    const response = await fetch(url);
    expect(response.status).toBe(500);
    expect(await response.text()).toMatch(/^The metrics could not be collected: Error: /);
  });

  it('shows the rest when one metric cannot be collected', async () => {
    const { url, meterProvider } = await start();
    retryNamed('rest');
    const gauge = meterProvider.getMeter('shop').createObservableGauge('broken');
    gauge.addCallback(() => {
      throw new Error('broken');
    });
    expect(await scrape(url)).toContain('resilience_policy_name="rest"');
  });
});

describe('shutdown', () => {
  it('closes the endpoint and makes room for another on the same port', async () => {
    const first = await start();
    const policy = retryNamed('twice');
    await policy.execute(() => 1);
    await first.shutdown();
    await expect(fetch(first.url)).rejects.toThrow('fetch failed');

    await policy.execute(() => 2);
    const second = await start({ port: Number(new URL(first.url).port) });
    expect(second.url).toBe(first.url);
    expect(await scrape(second.url)).toMatch(
      /^resilience_executions_total\{resilience_policy_name="twice",resilience_outcome="success",.*\} 2$/m,
    );
  });

  it('may be called more than once', async () => {
    const { shutdown } = await start();
    await Promise.all([shutdown(), shutdown()]);
    await shutdown();
  });

  it('leaves alone a provider that was registered since', async () => {
    const { shutdown } = await start();
    metrics.disable();
    const theirs = new MeterProvider();
    metrics.setGlobalMeterProvider(theirs);
    cleanups.push(() => metrics.disable());
    await shutdown();
    expect(metrics.getMeterProvider()).toBe(theirs);
  });

  it('answers the active scrape, then closes its connection', async () => {
    const { url, meterProvider, shutdown } = await start();
    const gate = signal();
    const begun = signal();
    const gauge = meterProvider.getMeter('shop').createObservableGauge('slow');
    gauge.addCallback(async (result) => {
      begun.give();
      await gate.input;
      result.observe(7);
    });
    const agent = new Agent({ keepAlive: true });
    cleanups.push(() => agent.destroy());
    const request = get(url, { agent });
    await begun.input;
    const closed = shutdown();
    // A further call waits for the scrape, too.
    expect(await Promise.race([shutdown(), sleep(50, 'waits')])).toBe('waits');
    gate.give();
    const [response] = await once(request, 'response');
    expect(response.headers.connection).toBe('close');
    const page = (await response.setEncoding('utf8').toArray()).join('');
    expect(page).toMatch(/^slow\{.*\} 7$/m);
    await closed;
  });

  it('does not wait for ever for a scrape that hangs', async () => {
    const { url, meterProvider, shutdown } = await start();
    const begun = signal();
    const gauge = meterProvider.getMeter('shop').createObservableGauge('stuck');
    gauge.addCallback(() => {
      begun.give();
      return new Promise(() => {});
    });
    const scraped = fetch(url);
    await begun.input;
    await Promise.all([shutdown(), expect(scraped).rejects.toThrow('fetch failed')]);
  });
});

describe('failures', () => {
  it('names a port in use, with advice', async () => {
    const second = createServer().listen(0, 'localhost');
    await once(second, 'listening');
    cleanups.push(() => second.close());
    const { port } = second.address() as AddressInfo;
    await expect(startMetrics({ port })).rejects.toThrow(
      `The metrics cannot be served on localhost:${port}: the port is in use: stop the other program, or set another \`port\` (0 chooses a free one)`,
    );
    expect(metrics.setGlobalMeterProvider(new MeterProvider())).toBe(true);
    metrics.disable();
  });

  it('names an address that is none of this machine', async () => {
    // TEST-NET-1 of RFC 5737.
    await expect(startMetrics({ port: 0, host: '192.0.2.1' })).rejects.toThrow(
      'The metrics cannot be served on 192.0.2.1:0: the address does not belong to this machine: set another `host`',
    );
  });

  it('leaves alone a global meter provider that is there', async () => {
    const theirs = new MeterProvider();
    metrics.setGlobalMeterProvider(theirs);
    cleanups.push(() => metrics.disable());
    await expect(startMetrics({ port: 0 })).rejects.toThrow(
      /^A global meter provider is registered already, and is left alone/,
    );
    expect(metrics.getMeterProvider()).toBe(theirs);
  });

  it('starts one endpoint where two are asked for at once', async () => {
    const results = await Promise.allSettled([start(), start()]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it.each([
    [{ port: -1 }, 'Expected `port` to be an integer from 0 to 65535, got -1'],
    [{ port: 65536 }, 'Expected `port` to be an integer from 0 to 65535, got 65536'],
    [{ port: 80.5 }, 'Expected `port` to be an integer from 0 to 65535, got 80.5'],
    [{ port: '9464' }, 'Expected `port` to be an integer from 0 to 65535, got "9464"'],
    [{ port: null }, 'Expected `port` to be an integer from 0 to 65535, got null'],
    [{ host: '' }, 'Expected `host` to be a name or an address, got ""'],
    [{ host: 7 }, 'Expected `host` to be a name or an address, got 7'],
    [{ endpoint: 'metrics' }, 'Expected `endpoint` to be a path such as "/metrics", got "metrics"'],
    [{ endpoint: '/m?x' }, 'Expected `endpoint` to be a path such as "/metrics", got "/m?x"'],
    [{ endpoint: '' }, 'Expected `endpoint` to be a path such as "/metrics", got ""'],
    [{ cardinalityLimit: 0 }, 'Expected `cardinalityLimit` to be an integer of at least 1, got 0'],
    [{ hosts: 'api' }, 'Expected `hosts` to be an array of names, got "api"'],
    [{ prot: 9464 }, `${ONLY}, got \`prot\``],
    [{ port: 0, prefix: 'x' }, `${ONLY}, got \`prefix\``],
    [null, 'Expected `options` to be an object, got null'],
    [9464, 'Expected `options` to be an object, got 9464'],
  ])('says what it expected instead of %o', async (options, message) => {
    await expect(startMetrics(options as MetricsOptions)).rejects.toThrow(new TypeError(message));
  });
});

describe('the name that a request is for', () => {
  /** `fetch` sets the header `Host` itself. */
  async function statusFor(url: string, host: string): Promise<number | undefined> {
    const [response] = await once(get(url, { headers: { host } }), 'response');
    response.resume();
    return response.statusCode;
  }

  it('must be one of this machine on loopback, as after DNS rebinding it is not', async () => {
    for (const host of ['localhost', '127.0.0.1', '::1']) {
      const { url, shutdown } = await start({ host, hosts: ['Metrics.example'] });
      const { port } = new URL(url);
      const statuses = new Map<string, number | undefined>();
      const refused = ['evil.example', `evil.example:${port}`, 'localhost.evil.example', '0.0.0.0'];
      const taken = [
        'localhost',
        `LOCALHOST:${port}`,
        '[::1]:80',
        '127.0.0.2',
        'metrics.example:1',
      ];
      for (const name of [...refused, ...taken]) statuses.set(name, await statusFor(url, name));
      expect(Object.fromEntries(statuses)).toEqual({
        ...Object.fromEntries(refused.map((name) => [name, 421])),
        ...Object.fromEntries(taken.map((name) => [name, 200])),
      });
      await shutdown();
    }
  });

  it('gives advice if the port is refused', async () => {
    const { url } = await start();
    const [response] = await once(get(url, { headers: { host: 'api:9464' } }), 'response');
    expect((await response.setEncoding('utf8').toArray()).join('')).toContain('option `hosts`');
  });

  it('may be any where it listens on every address, unless names are given', async () => {
    const open = await start({ host: '0.0.0.0' });
    expect(await statusFor(open.url, 'api.example')).toBe(200);
    await open.shutdown();
    const named = await start({ host: '0.0.0.0', hosts: ['api.example'] });
    expect(await statusFor(named.url, 'api.example')).toBe(200);
    expect(await statusFor(named.url, 'other.example')).toBe(421);
  });
});

describe('the environment', () => {
  it('names the service and describes it', async () => {
    vi.stubEnv('OTEL_SERVICE_NAME', 'shop');
    vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'service.version=1.2,team=a%20b,service.name=other');
    const { url } = await start();
    const info = (await scrape(url)).split('\n').find((line) => line.startsWith('target_info{'));
    for (const label of ['service_name="shop"', 'service_version="1.2"', 'team="a b"']) {
      expect(info).toContain(label);
    }
  });

  it.each([
    ['team.name=a,team_name=b', '`team_name` and `team.name` are both `team_name`'],
    ['1st=a', '`1st` is no valid label'],
  ])('is refused where it would break the page: %s', async (attributes, problem) => {
    vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', attributes);
    const error = await startMetrics({ port: 0 }).catch((error) => error);
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(/^Expected OTEL_RESOURCE_ATTRIBUTES to have names/);
    for (const word of problem.split(' and '))
      expect(error.message).toContain(word.split(' are')[0]);
  });
});

describe('a page without an endpoint', () => {
  async function page(options?: PageOptions): Promise<MetricsPage> {
    const created = await createMetrics(options);
    cleanups.push(created.shutdown);
    return created;
  }

  /** Where a server of the user's own answers with this. */
  async function serverOf(listener: RequestListener): Promise<string> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    cleanups.push(() => server.close());
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  it('is served by a server of the user, and is the global meter provider', async () => {
    const { handler, meterProvider, contentType } = await page();
    expect(metrics.getMeterProvider()).toBe(meterProvider);
    await retryNamed('own server').execute(() => 1);
    const url = await serverOf(handler);
    const response = await fetch(url);
    expect(response.headers.get('content-type')).toBe(contentType);
    expect(await response.text()).toMatch(/^resilience_executions_total\{.*"own server".*\} 1$/m);
    expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(405);
    await (meterProvider as MeterProvider).shutdown();
    expect((await fetch(url)).status).toBe(500);
  });

  it('is served by Express', async () => {
    const { handler } = await page();
    await retryNamed('express').execute(() => 1);
    const app = express();
    app.get('/metrics', handler);
    const url = await serverOf(app);
    expect(await scrape(`${url}metrics`)).toContain('resilience_policy_name="express"');
  });

  it('is a text that ends with a line break, also where there is nothing', async () => {
    const { collect } = await page();
    expect(await collect()).toMatch(/\n$/);
  });

  it('makes room for another when it is shut down', async () => {
    const { shutdown } = await page();
    await expect(createMetrics()).rejects.toThrow('A global meter provider is registered already');
    await Promise.all([shutdown(), shutdown()]);
    await page();
  });

  it('takes only the options that it has', async () => {
    await expect(createMetrics({ port: 1 } as PageOptions)).rejects.toThrow(
      new TypeError('Expected `options` to have only cardinalityLimit, got `port`'),
    );
  });

  it('shows the other metrics if one rejects with an unreadable value', async () => {
    const { collect, meterProvider } = await page();
    retryNamed('unreadable');
    meterProvider
      .getMeter('shop')
      .createObservableGauge('broken')
      .addCallback(() => Promise.reject(Object.create(null)));
    expect(await collect()).toContain('resilience_policy_name="unreadable"');
  });
});

describe('defaults', () => {
  const none = {};

  it('are those of OpenTelemetry', () => {
    expect(resolveMetricsSettings({}, none)).toMatchObject({
      port: 9464,
      host: 'localhost',
      endpoint: '/metrics',
    });
  });

  const env = { OTEL_EXPORTER_PROMETHEUS_HOST: '0.0.0.0', OTEL_EXPORTER_PROMETHEUS_PORT: '9999' };

  it('come from the environment where it has them', () => {
    expect(resolveMetricsSettings({}, env)).toMatchObject({ port: 9999, host: '0.0.0.0' });
  });

  it('give way to options', () => {
    expect(resolveMetricsSettings({ port: 0, host: '::1' }, env)).toMatchObject({
      port: 0,
      host: '::1',
    });
  });

  it('treat an empty variable as unset', () => {
    const empty = { OTEL_EXPORTER_PROMETHEUS_HOST: '', OTEL_EXPORTER_PROMETHEUS_PORT: '' };
    expect(resolveMetricsSettings({}, empty)).toMatchObject({ port: 9464, host: 'localhost' });
  });

  it('name a variable that is no port', () => {
    expect(() => resolveMetricsSettings({}, { OTEL_EXPORTER_PROMETHEUS_PORT: 'http' })).toThrow(
      new TypeError(
        'Expected OTEL_EXPORTER_PROMETHEUS_PORT to be an integer from 0 to 65535, got "http"',
      ),
    );
  });
});

describe('a limit of attribute sets', () => {
  it('folds attribute sets beyond the limit into one, and 2,000 is the default', async () => {
    // Two outcomes each: a success and a failure.
    for (let i = 0; i < 1100; i++) {
      const policy = instrument(`many-${i}`, noopOfItsOwn());
      cleanups.push(() => uninstrument(policy));
    }
    const overflow = /^resilience_executions_total\{otel_metric_overflow="true"/m;
    const first = await start();
    expect(await scrape(first.url)).toMatch(overflow);
    await first.shutdown();
    const second = await start({ cardinalityLimit: 3000 });
    expect(await scrape(second.url)).not.toMatch(overflow);
  });
});

/** cockatiel's noop is one for all. */
function noopOfItsOwn() {
  return { execute: noop.execute.bind(noop) };
}
