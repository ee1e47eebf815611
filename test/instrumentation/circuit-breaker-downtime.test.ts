import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { majors } from '../support/cockatiel.ts';
import { TestSdk } from '../support/metrics.ts';
import { Down, deferred, fails, later, NAME, settled, turn } from './support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe.each(majors)('cockatiel $major, downtime of a circuit breaker', ({ cockatiel }) => {
  const { circuitBreaker, ConsecutiveBreaker, handleAll } = cockatiel;
  let sdk: TestSdk;
  beforeEach(() => {
    sdk = new TestSdk();
  });

  type Options = Parameters<typeof circuitBreaker>[1];
  const breakerOf = (options: Partial<Options> = {}) =>
    circuitBreaker(handleAll, {
      halfOpenAfter: 1000,
      breaker: new ConsecutiveBreaker(1),
      ...options,
    });
  const instrumented = (options?: Partial<Options>, attributes = {}) =>
    sdk.instrument(NAME, breakerOf(options), { attributes });
  /** In ms. */
  const downtime = async () => {
    const seconds = await sdk.value('resilience.circuit_breaker.downtime');
    return seconds === undefined ? undefined : Math.round(seconds * 1000);
  };

  it('is 0 while the circuit is closed, and grows from the opening on', async () => {
    const breaker = instrumented();
    await later(500);
    expect(await downtime()).toBe(0);
    await settled(breaker.execute(fails(new Down())));
    expect(await downtime()).toBe(0);
    await later(700);
    expect(await downtime()).toBe(700);
  });

  it('goes on through half-open and through failed probes, and ends when the circuit closes', async () => {
    const breaker = instrumented();
    await settled(breaker.execute(fails(new Down())));
    await later(1000);
    const probe = deferred();
    const call = settled(breaker.execute(() => probe.promise));
    await later(200);
    expect(await downtime()).toBe(1200);
    probe.reject(new Down());
    await call;
    await later(1000);
    expect(await downtime()).toBe(2200);
    await breaker.execute(() => 'fine');
    expect(await downtime()).toBe(0);
    await later(300);
    await settled(breaker.execute(fails(new Down())));
    await later(100);
    expect(await downtime()).toBe(100);
  });

  it('is 0 while the circuit is isolated by hand, also where it was open before', async () => {
    const breaker = instrumented();
    await settled(breaker.execute(fails(new Down())));
    await later(400);
    const handle = breaker.isolate();
    await later(400);
    expect(await downtime()).toBe(0);
    handle.dispose();
    await later(400);
    expect(await downtime()).toBe(0);
  });

  it('is the longest of several breakers of one name', async () => {
    const [first, second] = [instrumented(), instrumented(), instrumented()];
    await settled(first.execute(fails(new Down())));
    await later(300);
    await settled(second.execute(fails(new Down())));
    await later(200);
    expect(await downtime()).toBe(500);
    await later(1000);
    await first.execute(() => 'fine');
    expect(await downtime()).toBe(1200);
  });

  it('starts at the opening that a hydrated breaker was saved with', async () => {
    const saved = breakerOf();
    await settled(saved.execute(fails(new Down())));
    await later(600);
    instrumented({ initialState: JSON.parse(JSON.stringify(saved)) });
    await later(50);
    expect(await downtime()).toBe(650);
  });

  it('starts with the instrumentation where the opening is not known', async () => {
    const breaker = breakerOf();
    await settled(breaker.execute(fails(new Down())));
    await later(1000);
    void breaker.execute(() => new Promise(() => {}));
    await turn();
    sdk.instrument(NAME, breaker);
    await later(80);
    expect(await downtime()).toBe(80);
  });

  it('does not follow a wall clock that is set', async () => {
    const breaker = instrumented();
    await settled(breaker.execute(fails(new Down())));
    await later(100);
    vi.setSystemTime(Date.now() + 3_600_000);
    expect(await downtime()).toBe(100);
    vi.setSystemTime(Date.now() - 7_200_000);
    expect(await downtime()).toBe(100);
  });
});
