import { format } from 'node:util';
import {
  InMemoryLogRecordExporter,
  LoggerProvider,
  SimpleLogRecordProcessor,
} from '@opentelemetry/sdk-logs';
import { CircuitState } from 'cockatiel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { logChanges } from '../../src/health/index.ts';
import { breakerNamed, failing, routesWith, segment, TOKEN } from '../health/support.ts';

/** A logger that keeps what it is told. */
function recording() {
  const lines: [level: string, message: string, fields: unknown][] = [];
  const level = (name: string) => (message: string, fields?: unknown) =>
    void lines.push([name, message, fields]);
  const logger = { info: level('info'), warn: level('warn'), error: level('error') };
  return { lines, logger, reported: () => lines.map(([name, message]) => `${name}: ${message}`) };
}

const ends: (() => void)[] = [];

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  for (const end of ends.splice(0)) end();
});

describe('a logger', () => {
  it('receives each state change once, whatever the number of calls', async () => {
    const { logger, reported: message, lines } = recording();
    ends.push(logChanges({ logger }));
    const breaker = breakerNamed('workday');
    await failing(breaker, 50);
    vi.advanceTimersByTime(60_000);
    await failing(breaker, 20);
    vi.advanceTimersByTime(60_000);
    for (let i = 0; i < 20; i++) await breaker.execute(() => 1);
    expect(message()).toEqual([
      'warn: Circuit breaker workday opened, last error: ECONNREFUSED',
      'info: Circuit breaker workday is half-open: a probe is allowed',
      'warn: Circuit breaker workday is open again: the probe failed, last error: ECONNREFUSED',
      'info: Circuit breaker workday is half-open: a probe is allowed',
      'info: Circuit breaker workday closed again after 120 s',
    ]);
    expect(lines.at(-1)?.[2]).toEqual({
      policy: 'workday',
      state: 'closed',
      previous_state: 'half_open',
      last_error_type: 'ECONNREFUSED',
      recovery_seconds: 120,
    });
  });

  it('receives operator, operation and reason, in one line per name', async () => {
    const { logger, reported: message, lines } = recording();
    const { post } = routesWith({ logger, token: { alice: TOKEN } });
    for (let i = 0; i < 5; i++) breakerNamed('workday');
    await post('/circuit-breakers/workday/isolate', { reason: 'maintenance', by: 'bob' });
    await post('/circuit-breakers/workday/release');
    expect(message()).toEqual([
      'warn: Circuit breaker workday was isolated by alice for bob (closed before, isolated now): maintenance',
      'info: Circuit breaker workday was released by alice (isolated before, closed now)',
    ]);
    expect(lines[0]?.[2]).toEqual({
      policy: 'workday',
      action: 'isolate',
      by: 'alice',
      on_behalf_of: 'bob',
      reason: 'maintenance',
      state: 'isolated',
      previous_state: 'closed',
    });
  });

  it('receives changes of other circuits during an isolation', async () => {
    const { logger, reported: message } = recording();
    const { post } = routesWith({ logger, token: TOKEN });
    const [first, second] = [breakerNamed('first'), breakerNamed('second')];
    let handle = { dispose() {} };
    first.onStateChange((state) => {
      if (state === CircuitState.Isolated) handle = second.isolate();
    });
    await post('/circuit-breakers/first/isolate');
    expect(message()).toEqual([
      'warn: Circuit breaker second is isolated: it rejects calls',
      'warn: Circuit breaker first was isolated by an operator (closed before, isolated now)',
    ]);
    await post('/circuit-breakers/first/release');
    handle.dispose();
  });

  it('receives values unchanged, also if it is the console', async () => {
    const written: string[] = [];
    const write = (...reported: unknown[]) => void written.push(format(...reported));
    const [info, warn] = [vi.spyOn(console, 'info'), vi.spyOn(console, 'warn')];
    for (const spy of [info, warn]) spy.mockImplementation(write);
    const { logger, reported: message } = recording();
    breakerNamed('100%d');
    for (const item of [console, logger]) {
      const { post, routes } = routesWith({ logger: item, token: TOKEN });
      await post(`${segment('100%d')}/release`, { reason: '%s %o %% %' });
      routes.close();
    }
    for (const spy of [info, warn]) spy.mockRestore();
    const line =
      'Circuit breaker 100%d was released by an operator (closed before, closed now): %s %o %% %';
    expect(message()).toEqual([`info: ${line}`]);
    expect(written).toEqual([expect.stringContaining(`${line} {\n  policy: '100%d'`)]);
  });

  it('receives one line even if a name or a reason has line breaks', async () => {
    const { logger, reported: message } = recording();
    const { post } = routesWith({ logger, token: TOKEN });
    const name = 'a\nwarn: Circuit breaker b opened\u001b[2J';
    breakerNamed(name);
    await post(`${segment(name)}/isolate`, { reason: 'x\r\nerror: y', by: 'z\u2028w' });
    await post(`${segment(name)}/release`);
    expect(message()[0]).toBe(
      'warn: Circuit breaker a was isolated by z (closed before, isolated now): x',
    );
  });

  it('does not matter when it throws, rejects, or is not there', async () => {
    const broken = {
      info: () => Promise.reject(new Error('later')),
      warn() {
        throw new Error('at once');
      },
      error: () => Promise.reject(new Error('later')),
    };
    ends.push(logChanges({ logger: broken }));
    const breaker = breakerNamed('workday');
    await failing(breaker);
    vi.advanceTimersByTime(60_000);
    expect(await breaker.execute(() => 'fine')).toBe('fine');
    const { post } = routesWith({ logger: broken, token: TOKEN });
    expect((await post('/circuit-breakers/workday/reset')).status).toBe(200);
  });

  it('receives nothing after it was closed', async () => {
    const { logger, lines } = recording();
    logChanges({ logger })();
    const { routes } = routesWith({ logger });
    routes.close();
    await failing(breakerNamed('workday'));
    expect(lines).toEqual([]);
  });
});

describe("OpenTelemetry's Logs API", () => {
  it('is given changes of state and administration as events', async () => {
    const exporter = new InMemoryLogRecordExporter();
    const events = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] });
    const { post } = routesWith({ events, token: { alice: TOKEN } });
    const breaker = breakerNamed('workday');
    await failing(breaker, 9);
    await post('/circuit-breakers/workday/reset', { reason: 'it is back' });
    const records = exporter.getFinishedLogRecords();
    expect(
      records.map(({ eventName, severityText, body, attributes }) => ({
        eventName,
        severityText,
        body,
        attributes,
      })),
    ).toEqual([
      {
        eventName: 'resilience.circuit_breaker.state_change',
        severityText: 'WARN',
        body: 'Circuit breaker workday opened, last error: ECONNREFUSED',
        attributes: {
          'resilience.policy.name': 'workday',
          'resilience.circuit_breaker.state': 'open',
          'resilience.circuit_breaker.previous_state': 'closed',
          'error.type': 'ECONNREFUSED',
        },
      },
      expect.objectContaining({
        eventName: 'resilience.circuit_breaker.state_change',
        severityText: 'INFO',
        attributes: expect.objectContaining({
          'resilience.circuit_breaker.state': 'closed',
          'resilience.circuit_breaker.previous_state': 'open',
        }),
      }),
      {
        eventName: 'resilience.administration',
        severityText: 'INFO',
        body: 'Circuit breaker workday was reset by alice (open before, closed now): it is back',
        attributes: {
          'resilience.policy.name': 'workday',
          'resilience.administration.action': 'reset',
          'resilience.administration.by': 'alice',
          'resilience.administration.reason': 'it is back',
          'resilience.circuit_breaker.state': 'closed',
          'resilience.circuit_breaker.previous_state': 'open',
        },
      },
    ]);
    expect(records[0]?.severityNumber).toBe(13);
    expect(records[0]?.instrumentationScope.name).toBe('cockatiel-otel');
    await events.shutdown();
  });

  it('does not matter when it throws', async () => {
    const events = {
      getLogger(): never {
        throw new Error('no logger');
      },
    };
    ends.push(logChanges({ events }));
    const breaker = breakerNamed('workday');
    await failing(breaker);
    expect(breaker.state).toBe(1);
  });
});

describe('logChanges', () => {
  it('rejects a value that is no logger', () => {
    expect(() => logChanges({})).toThrow('Expected `options` to have a `logger` or `events`');
    expect(() => logChanges({ logger: {} as never })).toThrow(
      'Expected `options.logger` to have methods `info`, `warn` and `error`, got an object',
    );
    expect(() => logChanges({ events: {} as never })).toThrow(
      'Expected `options.events` to have a method `getLogger`, got an object',
    );
  });
});
