import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type ConnectionStateChange,
  ReadOnlyError,
  type SuperviseOptions,
  superviseConnection,
} from '../../src/connections/index.ts';
import { checkSystemHealth } from '../../src/dependencies/checks/check-system-health.ts';
import { monitorDependencies } from '../../src/dependencies/monitor/monitor-dependencies.ts';
import * as names from '../../src/semconv/attributes.ts';
import { METRICS } from '../../src/semconv/metrics.ts';
import { TestSdk } from '../support/metrics.ts';
import { FakeAdapter } from './support/fake-adapter.ts';

const MINUTE = 60_000;
const never = () => new Promise<never>(() => {});
const refuse = async () => {
  throw new Error('refused');
};

let sdk: TestSdk;
let adapter: FakeAdapter;
beforeEach(() => {
  vi.useFakeTimers();
  sdk = new TestSdk();
  adapter = new FakeAdapter();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function supervise(options: SuperviseOptions = {}, name = 'cache') {
  return superviseConnection(name, adapter, { meterProvider: sdk.provider, ...options });
}

const losses = (reason: string) =>
  sdk.value('resilience.connection.losses', { [names.ATTR_CONNECTION_LOSS_REASON]: reason });
const attempts = (result: string) =>
  sdk.value('resilience.connection.attempts', { [names.ATTR_CONNECTION_ATTEMPT_RESULT]: result });
const inState = (state: string) =>
  sdk.value('resilience.connection.state', { [names.ATTR_CONNECTION_STATE]: state });

describe('the states of a connection', () => {
  it('are connected at once if the client is', () => {
    expect(supervise().state).toBe('connected');
    expect(adapter.calls).toEqual([]);
  });

  it('revive a client that neither is connected nor tries, at once', async () => {
    adapter.onListen = () => {};
    const connection = supervise();
    expect(connection.state).toBe('connecting');
    const ready = connection.ready();
    await vi.advanceTimersByTimeAsync(1);
    expect(await ready).toBe('client');
    expect(adapter.calls).toEqual(['revive']);
    expect(await attempts('success')).toBe(1);
  });

  it('leave a client alone that tries to connect, until it is overdue', async () => {
    const connection = supervise({ connectTimeout: 2000 });
    adapter.handlers.lost('closed');
    adapter.handlers.retrying(500);
    expect(connection.state).toBe('reconnecting');
    await vi.advanceTimersByTimeAsync(3400);
    expect(adapter.calls).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(adapter.calls).toEqual(['cut']);
    expect(connection.state).toBe('stalled');
    await vi.advanceTimersByTimeAsync(2000);
    expect(adapter.calls).toEqual(['cut', 'revive']);
    expect(connection.state).toBe('connected');
    expect(await losses('overdue')).toBe(1);
  });

  it('revive a client that ended, within a second', async () => {
    const connection = supervise();
    adapter.handlers.ended(new Error('closed for good'));
    expect(connection.state).toBe('stalled');
    await vi.advanceTimersByTimeAsync(1000);
    expect(connection.state).toBe('connected');
    expect(await losses('ended')).toBe(1);
    expect(await sdk.value('resilience.connection.recovery.duration')).toBe(1);
  });

  it('cut a server that does not answer a probe in time', async () => {
    adapter.onProbe = never;
    const connection = supervise({ probe: { interval: 5000, timeout: 1000 } });
    await vi.advanceTimersByTimeAsync(5900);
    expect(connection.state).toBe('connected');
    await vi.advanceTimersByTimeAsync(200);
    expect(adapter.calls.slice(0, 2)).toEqual(['probe', 'cut']);
    expect(await losses('probe')).toBe(1);
  });

  it('do not cut a server that accepts no writes, but look for another', async () => {
    adapter.onProbe = async () => {
      throw new ReadOnlyError();
    };
    const connection = supervise();
    await vi.advanceTimersByTimeAsync(5000);
    expect(connection.state).toBe('stalled');
    expect(adapter.calls).toEqual(['probe']);
    expect(await losses('read_only')).toBe(1);
  });

  it('probe at once after a suspicious event', async () => {
    adapter.onProbe = refuse;
    const connection = supervise();
    adapter.handlers.suspect(new Error('ECONNRESET'));
    await vi.advanceTimersByTimeAsync(0);
    expect(connection.state).toBe('stalled');
    expect(await losses('error')).toBe(1);
  });

  it('are announced with the reason and the error', async () => {
    const changes: ConnectionStateChange[] = [];
    const connection = supervise();
    const unsubscribe = connection.onStateChange((change) => changes.push(change));
    const error = new Error('reset');
    adapter.handlers.lost('error', error);
    adapter.handlers.connected();
    unsubscribe();
    adapter.handlers.lost('closed');
    expect(changes).toEqual([
      { name: 'cache', state: 'reconnecting', previousState: 'connected', reason: 'error', error },
      { name: 'cache', state: 'connected', previousState: 'reconnecting' },
    ]);
  });

  it('ignore events after dispose', async () => {
    const connection = supervise();
    const late = adapter.handlers;
    connection.dispose();
    connection.dispose();
    late.connected();
    late.ended();
    await vi.advanceTimersByTimeAsync(10 * MINUTE);
    expect(connection.state).toBe('closed');
    expect(adapter.isListening).toBe(false);
    expect(adapter.calls).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('an outage of twelve minutes', () => {
  it('alerts once, waits up to a minute, and ends within a minute of the return', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.999_999);
    const onAlert = vi.fn();
    adapter.onRevive = refuse;
    const connection = supervise({ onAlert });
    adapter.handlers.ended();
    const times: number[] = [];
    const start = performance.now();
    adapter.onRevive = async () => {
      times.push(performance.now() - start);
      throw new Error('refused');
    };
    await vi.advanceTimersByTimeAsync(12 * MINUTE);
    expect(onAlert).toHaveBeenCalledTimes(1);
    expect(onAlert.mock.calls[0]?.[0]).toMatchObject({
      name: 'cache',
      attempts: 10,
      error: new Error('refused'),
    });
    const waits = times.map((time, index) => Math.round((time - (times[index - 1] ?? 0)) / 1000));
    expect(waits.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect(Math.max(...waits)).toBe(60);
    expect(await sdk.value('resilience.connection.downtime')).toBeCloseTo(720, 0);
    adapter.onRevive = async () => {};
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(connection.state).toBe('connected');
    expect(await sdk.value('resilience.connection.downtime')).toBe(0);
  });

  it('alerts of a connection that flaps, though each attempt succeeds', async () => {
    const onAlert = vi.fn();
    supervise({ onAlert, stableFor: 5000 });
    for (let i = 0; i < 10; i++) {
      adapter.handlers.lost('closed');
      adapter.handlers.retrying(100);
      adapter.handlers.connected();
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(onAlert).toHaveBeenCalledTimes(1);
  });

  it('starts from 0 once a connection was stable', async () => {
    const connection = supervise({ stableFor: 5000 });
    adapter.handlers.lost('closed');
    adapter.handlers.retrying();
    adapter.handlers.connected();
    expect(connection.attempts).toBe(1);
    await vi.advanceTimersByTimeAsync(5000);
    expect(connection.attempts).toBe(0);
  });
});

describe('the event loop', () => {
  it('is no hang of the server while it is blocked', async () => {
    vi.useRealTimers();
    let answer = () => {};
    adapter.onProbe = () =>
      new Promise<void>((resolve) => {
        answer = resolve;
      });
    const connection = supervise({ probe: { interval: 10, timeout: 100 } });
    await vi.waitFor(() => expect(adapter.calls).toEqual(['probe']));
    setImmediate(() => {
      const end = performance.now() + 500;
      while (performance.now() < end);
      setTimeout(answer, 20);
    });
    await new Promise((resolve) => setTimeout(resolve, 540));
    expect(connection.state).toBe('connected');
    connection.dispose();
  });
});

describe('ready', () => {
  it('rejects with the reason of its signal, and when the supervision ends', async () => {
    adapter.onListen = () => {};
    adapter.onRevive = never;
    const connection = supervise();
    await expect(connection.ready(AbortSignal.abort('no time'))).rejects.toBe('no time');
    const controller = new AbortController();
    const aborted = expect(connection.ready(controller.signal)).rejects.toBe('later');
    const ended = expect(connection.ready()).rejects.toThrow('disposed');
    controller.abort('later');
    connection.dispose();
    await Promise.all([aborted, ended]);
    await expect(connection.ready()).rejects.toThrow('disposed');
  });
});

describe('recover', () => {
  it('attempts at once instead of waiting, and rejects with the error of the attempt', async () => {
    const connection = supervise();
    adapter.onRevive = refuse;
    adapter.handlers.ended();
    await expect(connection.recover()).rejects.toThrow('refused');
    adapter.onRevive = async () => {};
    await connection.recover();
    expect(connection.state).toBe('connected');
    expect(adapter.calls).toEqual(['revive', 'cut', 'revive']);
  });

  it('probes a connected client', async () => {
    const connection = supervise();
    await connection.recover();
    expect(adapter.calls).toEqual(['probe']);
    connection.dispose();
    await expect(connection.recover()).rejects.toThrow('disposed');
  });
});

describe('a dependency', () => {
  it('is unavailable with the state and the last error, and recovers by an attempt', async () => {
    const connection = supervise();
    using monitor = monitorDependencies({ cache: connection.dependency() }, { interval: 1000 });
    await monitor.ready;
    expect(monitor.state().systems['cache']?.available).toBe(true);
    adapter.onRevive = refuse;
    adapter.handlers.ended(new Error('closed for good'));
    await vi.advanceTimersByTimeAsync(1500);
    expect(monitor.state().systems['cache']?.error).toMatch(/stalled for \d s after \d attempts: /);
    adapter.onRevive = async () => {};
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(monitor.state().systems['cache']?.available).toBe(true);
  });
});

it('is a dependency of checkSystemHealth', async () => {
  const connection = supervise();
  const check = async () =>
    (await checkSystemHealth({ cache: connection.dependency() })).systems['cache']?.available;
  expect(await check()).toBe(true);
  adapter.handlers.lost('closed');
  expect(await check()).toBe(false);
});

describe('an adapter that throws', () => {
  it('is counted as a fault, and tried again', async () => {
    const broken = () => {
      throw new Error('broken adapter');
    };
    const faults = () => sdk.value('resilience.telemetry.errors');
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    adapter.onListen = broken;
    adapter.onRevive = broken;
    adapter.onCut = broken;
    const connection = supervise();
    connection.onStateChange(broken);
    await vi.advanceTimersByTimeAsync(3000);
    expect(connection.state).toBe('stalled');
    const early = (await faults()) ?? 0;
    expect(early).toBeGreaterThan(3);
    adapter.onListen = () => {};
    adapter.onRevive = async () => {};
    adapter.onProbe = broken;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(adapter.calls).toContain('probe');
    adapter.onProbe = async () => {};
    await vi.advanceTimersByTimeAsync(2 * MINUTE);
    expect(connection.state).toBe('connected');
    expect(await faults()).toBeGreaterThan(early);
  });
});

describe('the metrics', () => {
  it('exist at 0 from the first supervision on, and not before', async () => {
    new TestSdk().instrument('other', { execute: async (fn: () => unknown) => fn() });
    const before = (await sdk.collect()).map(({ descriptor }) => descriptor.name);
    expect(before).toEqual([]);
    supervise();
    expect(await losses('ended')).toBe(0);
    expect(await attempts('failure')).toBe(0);
    expect(await inState('connected')).toBe(1);
    expect(METRICS.some(({ name }) => name.includes('connection'))).toBe(false);
  });

  it('count states and transitions, sum connections of one name, and end with 0', async () => {
    const first = supervise();
    const { handlers } = adapter;
    adapter = new FakeAdapter();
    const second = supervise();
    handlers.lost('closed');
    expect(await inState('connected')).toBe(1);
    expect(await inState('reconnecting')).toBe(1);
    const points = await sdk.points('resilience.connection.transitions', {
      [names.ATTR_CONNECTION_STATE]: 'reconnecting',
      [names.ATTR_CONNECTION_PREVIOUS_STATE]: 'connected',
    });
    expect(points.map(({ value }) => value)).toEqual([1]);
    first.dispose();
    expect(await inState('reconnecting')).toBe(0);
    expect(await inState('connected')).toBe(1);
    second.dispose();
    expect(await inState('connected')).toBe(0);
  });
});

describe('invalid arguments', () => {
  it('are TypeErrors that name the option, the expectation and the value', () => {
    const offenders = (
      [
        [() => superviseConnection('', adapter), /name.*got ""/],
        [() => superviseConnection('x', {} as FakeAdapter), /`adapter` to have methods/],
        [() => supervise({ maxDelay: 0 }), /`options.maxDelay` to be milliseconds.*got 0/],
        [() => supervise({ initialDelay: 100, maxDelay: 50 }), /`options.maxDelay`.*got 50/],
        [() => supervise({ alertAfter: 1.5 }), /`options.alertAfter`.*integer.*got 1.5/],
        [() => supervise({ stableFor: -1 }), /`options.stableFor`.*got -1/],
        [() => supervise({ probe: { interval: 0 } }), /`options.probe.interval`.*got 0/],
        [() => supervise({ probe: { every: 1 } as object }), /`options.probe`.*`every`/],
        [() => supervise({ retries: 3 } as object), /`options`.*`retries`/],
        [() => supervise({ onAlert: 'page' as never }), /`options.onAlert` to be a function/],
        [() => supervise({ connectTimeout: Number.NaN }), /`options.connectTimeout`.*got NaN/],
      ] as const
    ).filter(([call, message]) => {
      try {
        call();
        return true;
      } catch (error) {
        return !(error instanceof TypeError && message.test(error.message));
      }
    });
    expect(offenders.map(([, message]) => message)).toEqual([]);
  });
});
