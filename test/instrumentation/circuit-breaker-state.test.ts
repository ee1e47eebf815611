import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { snapshot } from '../../src/index.ts';
import { majors } from '../support/cockatiel.ts';
import { TestSdk } from '../support/metrics.ts';
import { Down, durations, fails, later, levels, moved, NAME, settled } from './support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe.each(majors)('cockatiel $major, state of a circuit', ({ major, cockatiel }) => {
  const { circuitBreaker, ConsecutiveBreaker, handleAll, IsolatedCircuitError } = cockatiel;
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
  const instrumented = (options?: Partial<Options>) => sdk.instrument(NAME, breakerOf(options));

  const states = async () => (await levels(sdk))['circuit_breaker.state'];
  const transitions = async () => (await moved(sdk))['circuit_breaker.transitions'];

  it('is read when it is collected, and adds up over the breakers of one name', async () => {
    const [one] = [instrumented(), instrumented(), instrumented()];
    expect(await states()).toEqual({ closed: 3 });
    await settled(one.execute(fails(new Down())));
    expect(await states()).toEqual({ closed: 2, open: 1 });
  });

  it('changes when the wall clock is set, by which the breaker waits', async () => {
    const breaker = instrumented();
    await settled(breaker.execute(fails(new Down())));
    await later(100);
    vi.setSystemTime(Date.now() + 3_600_000);
    await breaker.execute(() => 'the breaker believes that its time has come');
    expect(await transitions()).toEqual({
      'closed open': 1,
      'open half_open': 1,
      'half_open closed': 1,
    });
  });

  it('is isolated as long as one handle is held, each of which counts once', async () => {
    const breaker = instrumented();
    const [first, second] = [breaker.isolate(), breaker.isolate()];
    first.dispose();
    first.dispose();
    expect(await states()).toEqual({ isolated: 1 });
    expect(await settled(breaker.execute(() => 'never'))).toEqual({
      error: expect.any(IsolatedCircuitError),
    });
    second.dispose();
    expect(await states()).toEqual({ closed: 1 });
    expect(await moved(sdk)).toEqual({
      executions: { rejected: 1 },
      'circuit_breaker.calls': { rejected: 1 },
      'circuit_breaker.transitions': { 'closed isolated': 1, 'isolated closed': 1 },
    });
  });

  it('goes from isolated to closed, also where the circuit was open before', async () => {
    const breaker = instrumented({ breaker: new ConsecutiveBreaker(2) });
    for (let i = 0; i < 2; i++) await settled(breaker.execute(fails(new Down())));
    breaker.isolate().dispose();
    expect(await transitions()).toEqual({
      'closed open': 1,
      'open isolated': 1,
      'isolated closed': 1,
    });
    // Its counter was not reset, so one failure is enough.
    await settled(breaker.execute(fails(new Down())));
    expect(await transitions()).toEqual({
      'closed open': 2,
      'open isolated': 1,
      'isolated closed': 1,
    });
  });

  it('was no outage while isolated by hand: no recovery is measured', async () => {
    const breaker = instrumented();
    await settled(breaker.execute(fails(new Down())));
    const handle = breaker.isolate();
    await later(5000);
    handle.dispose();
    expect(await durations(sdk, 'resilience.circuit_breaker.recovery.duration')).toEqual({
      count: 0,
      seconds: 0,
    });
  });

  it('is seen in calls that isolate() cut off from the circuit while they ran', async () => {
    const breaker = instrumented();
    await settled(
      breaker.execute(() => {
        breaker.isolate();
        throw new Down();
      }),
    );
    expect(await moved(sdk)).toEqual({
      executions: { failure: 1 },
      'circuit_breaker.calls': { failure: 1 },
      'circuit_breaker.transitions': { 'closed isolated': 1 },
      errors: { 'circuit_breaker Down': 1 },
    });
  });

  it('begins where a hydrated breaker begins, without a transition that nobody saw', async () => {
    const broken = breakerOf();
    await settled(broken.execute(fails(new Down())));
    await later(300);
    const breaker = instrumented({ initialState: JSON.parse(JSON.stringify(broken)) });
    await later(200);
    expect(await states()).toEqual({ open: 1 });
    expect(await moved(sdk)).toEqual({});
    await settled(breaker.execute(() => 'too early'));
    await later(500);
    await breaker.execute(() => 'fine');
    expect(await moved(sdk)).toEqual({
      executions: { rejected: 1, success: 1 },
      'circuit_breaker.calls': { rejected: 1, success: 1 },
      'circuit_breaker.transitions': { 'open half_open': 1, 'half_open closed': 1 },
    });
    // Nobody knows when it opened.
    expect(await durations(sdk, 'resilience.circuit_breaker.recovery.duration')).toMatchObject({
      count: 0,
    });
  });

  it('is the one before the instrumentation where a breaker was used before', async () => {
    const breaker = breakerOf();
    await settled(breaker.execute(fails(new Down())));
    sdk.instrument(NAME, breaker);
    expect(await states()).toEqual({ open: 1 });
    expect(await moved(sdk)).toEqual({});
  });

  it('is open in a breaker restored from the record of a half-open one', async () => {
    const testing = breakerOf();
    await settled(testing.execute(fails(new Down())));
    await later(1000);
    void testing.execute(() => new Promise(() => {}));
    instrumented({ initialState: JSON.parse(JSON.stringify(testing)) });
    expect(await states()).toEqual({ open: 1 });
  });

  it('stays isolated in a breaker restored as isolated, which nothing can release', async () => {
    const isolated = breakerOf();
    isolated.isolate();
    const breaker = instrumented({ initialState: JSON.parse(JSON.stringify(isolated)) });
    breaker.isolate().dispose();
    await settled(breaker.execute(vi.fn()));
    expect(await states()).toEqual({ isolated: 1 });
    expect(await moved(sdk)).toEqual({
      executions: { rejected: 1 },
      'circuit_breaker.calls': { rejected: 1 },
    });
  });

  it('is read from each of two breakers that share the isolation count of a live record', async () => {
    const first = instrumented();
    const handle = first.isolate();
    const second = instrumented({ initialState: first.toJSON() });
    expect(await states()).toEqual({ isolated: 2 });
    // Its own handle makes two in the count that both have, so the first stays isolated too.
    second.isolate();
    handle.dispose();
    expect(await states()).toEqual({ isolated: 2 });
    expect(await transitions()).toEqual({ 'closed isolated': 1 });
  });

  it('is that of each breaker where two count their failures together', async () => {
    const breaker = new ConsecutiveBreaker(2);
    const [first, second] = [instrumented({ breaker }), instrumented({ breaker })];
    await settled(first.execute(fails(new Down())));
    await settled(second.execute(fails(new Down())));
    expect(await states()).toEqual({ closed: 1, open: 1 });
    expect(await transitions()).toEqual({ 'closed open': 1 });
  });

  it('may be read by a listener, which sees it before the change, and counts nothing twice', async () => {
    const seen: unknown[] = [];
    const look = (event: string) => () => {
      const mine = snapshot().find(({ attributes }) => attributes['looked_at'] === major);
      seen.push([event, mine?.circuitBreaker?.state]);
    };
    const looked = sdk.instrument(NAME, breakerOf(), { attributes: { looked_at: major } });
    looked.onFailure(look('failure'));
    looked.onBreak(look('break'));
    looked.onStateChange(look('state'));
    await settled(looked.execute(fails(new Down())));
    const [closed, open] = [
      { closed: 1, open: 0, half_open: 0, isolated: 0 },
      { closed: 0, open: 1, half_open: 0, isolated: 0 },
    ];
    expect(seen).toEqual([
      ['failure', closed],
      ['break', open],
      ['state', open],
    ]);
    expect(await transitions()).toEqual({ 'closed open': 1 });
  });
});
