import type { LoggerProvider } from '@opentelemetry/api';
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';
import {
  checkSystemHealth,
  type DependencyMonitor,
  type EventLoggerProvider,
  type HealthOptions,
  type HealthRoutes,
  type HealthServer,
  healthRoutes,
  listen,
  monitorDependencies,
  type NodeHandler,
  nodeHandler,
} from '../../src/health/index.ts';
import { breakerNamed, routesWith, TOKEN } from '../health/support.ts';

const options = (received: unknown) => () => healthRoutes(received as HealthOptions).close();

describe('the options of the routes', () => {
  it.each([
    [null, 'Expected `options` to be an object, got null'],
    [
      { tokens: TOKEN },
      'Expected `options` to have only token, protectReads, openFails, dependencies, logger, events, service, executions, prefix, limits, hosts, got `tokens`',
    ],
    [
      { token: 5 },
      'Expected `options.token` to be a string, or an object of tokens by name, got 5',
    ],
    [{ token: {} }, 'Expected `options.token` to have at least one token, got none'],
    [
      { token: '' },
      'Expected a token in `options.token` to be at least 16 visible ASCII characters, got 0 characters',
    ],
    [
      { token: { alice: 'with a space in it' } },
      'Expected a token in `options.token` to be at least 16 visible ASCII characters, got 18 characters',
    ],
    [
      { token: { alice: TOKEN, bob: TOKEN } },
      'Expected all tokens in `options.token` to differ, got one twice',
    ],
    [
      { protectReads: true },
      'Expected `options.token` to be set, because `protectReads` requires it, got undefined',
    ],
    [{ openFails: 'yes' }, 'Expected `options.openFails` to be a boolean, got "yes"'],
    [{ executions: 1 }, 'Expected `options.executions` to be a boolean, got 1'],
    [
      { dependencies: {} },
      'Expected `options.dependencies` to be the result of `monitorDependencies`, got an object',
    ],
    [
      { logger: {} },
      'Expected `options.logger` to have methods `info`, `warn` and `error`, got an object',
    ],
    [{ events: null }, 'Expected `options.events` to have a method `getLogger`, got null'],
    [{ service: ' ' }, 'Expected `options.service` to be a non-empty string, got " "'],
    [{ prefix: 'ops' }, 'Expected `options.prefix` to be a path such as "/ops", got "ops"'],
    [{ prefix: '/:x' }, 'Expected `options.prefix` to be a path such as "/ops", got "/:x"'],
    [
      { limits: { body: 1 } },
      'Expected `options.limits` to have only bodyBytes, viewers, got `body`',
    ],
    [
      { limits: { bodyBytes: 0.5 } },
      'Expected `options.limits.bodyBytes` to be an integer of at least 1, got 0.5',
    ],
    [
      { limits: { viewers: 0 } },
      'Expected `options.limits.viewers` to be an integer of at least 1, got 0',
    ],
    [
      { hosts: ['https://ops.example'] },
      'Expected `options.hosts` to be an array of names such as "ops.example", got an array',
    ],
  ])('refuse %j', (received, message) => {
    expect(options(received)).toThrow(new TypeError(message));
  });

  it('never repeat a rejected token', () => {
    for (const token of ['too-short', 'with a space in it, but long', { alice: 'too-short' }]) {
      try {
        options({ token })();
        expect.unreachable();
      } catch (error) {
        expect(String(error)).not.toMatch(/too-short|with a space/);
      }
    }
  });

  it('leave nothing behind where they are refused', async () => {
    await expect(listen({ token: 'x' }, { port: 0 })).rejects.toThrow('at least 16');
    await expect(listen({}, { port: -1 })).rejects.toThrow(
      'Expected `options.port` to be an integer from 0 to 65535, got -1',
    );
    await expect(listen({}, { host: '' })).rejects.toThrow(
      'Expected `options.host` to be a name or an address, got ""',
    );
    await expect(listen({}, { hosts: 'x' as never })).rejects.toThrow(
      'Expected `options.hosts` to be an array of names such as "ops.example", got "x"',
    );
  });
});

describe('a polluted `Object.prototype`', () => {
  const polluted: Record<string, unknown> = {
    token: TOKEN,
    by: 'mallory',
    protectReads: true,
    openFails: true,
    hosts: ['evil.example'],
    prefix: '/evil',
    fetch: () => new Response('evil'),
    host: '0.0.0.0',
    check: () => true,
    onChange: 'no function',
    timeout: 1,
    interval: 1,
    logger: 'no logger',
  };
  const prototype = Object.prototype as unknown as Record<string, unknown>;
  afterEach(() => {
    for (const key of Object.keys(polluted)) delete prototype[key];
  });
  const pollute = () => {
    for (const [key, value] of Object.entries(polluted)) {
      Object.defineProperty(prototype, key, { value, configurable: true, writable: true });
    }
  };

  it('has no options: no token that administers, no other host, no check', async () => {
    const breaker = breakerNamed('workday');
    pollute();
    const { post, get } = routesWith();
    expect((await post('/circuit-breakers/workday/isolate')).status).toBe(403);
    expect((await get('/health')).json).toMatchObject({ status: 'healthy' });
    expect(breaker.state).toBe(0);
    const { url, close } = await listen({}, { port: 0 });
    expect(url).toContain('127.0.0.1');
    await close();
    expect(() => monitorDependencies({ database: {} as never })).toThrow('a function `check`');
    const monitor = monitorDependencies({ database: () => true }, {});
    await monitor.ready;
    expect(monitor.state().summary.available_systems).toBe(1);
    monitor.stop();
    await checkSystemHealth({}, {});
  });

  it('does not contain the operator', async () => {
    breakerNamed('workday');
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    const { post } = routesWith({ token: TOKEN, logger: { info: log, warn: log, error: log } });
    pollute();
    expect((await post('/circuit-breakers/workday/reset', {})).status).toBe(200);
    expect(lines.join()).not.toContain('mallory');
  });
});

/** The compiler is the judge here: `npm run lint` fails where a type is another. */
describe('the types of the routes', () => {
  it('are those of a fetch handler, and of one for node', () => {
    using routes = healthRoutes();
    expectTypeOf(routes).toEqualTypeOf<HealthRoutes>();
    expectTypeOf(routes.fetch).toBeCallableWith(new Request('http://localhost'));
    expectTypeOf(routes.fetch).returns.toEqualTypeOf<Promise<Response>>();
    expectTypeOf(nodeHandler(routes)).toEqualTypeOf<NodeHandler>();
    expectTypeOf(listen).returns.toEqualTypeOf<Promise<HealthServer>>();
    expect(typeof routes.fetch).toBe('function');
  });

  it('accept values of the environment, of a monitor and of OpenTelemetry', () => {
    expectTypeOf<{ token: string | undefined }>().toExtend<HealthOptions>();
    expectTypeOf<{ token: { alice: string } }>().toExtend<HealthOptions>();
    expectTypeOf<{ dependencies: DependencyMonitor }>().toExtend<HealthOptions>();
    expectTypeOf<{ logger: Console }>().toExtend<HealthOptions>();
    expectTypeOf<LoggerProvider>().toExtend<EventLoggerProvider>();
    expectTypeOf<{ token: number }>().not.toExtend<HealthOptions>();
  });
});
