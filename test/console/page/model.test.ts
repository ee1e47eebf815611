import { describe, expect, it } from 'vitest';
import { Model } from '../../../src/console/page/model.ts';
import { countOf, matches, orderNames } from '../../../src/console/page/row-order.ts';
import type {
  Row,
  SnapshotMessage,
  UpdateMessage,
} from '../../../src/console/protocol/messages.ts';
import { resolveLimits } from '../../../src/console/server/limits.ts';

const rowOf = (name: string, overrides: Partial<Row> = {}): Row => ({
  name,
  latest: [0, 0, 0, 0, 0, 0],
  outcomes: [0, 0, 0, 0, 0, 0],
  active: 0,
  p50: null,
  p95: null,
  timedCalls: 0,
  ...overrides,
});
const inState = (state: 'open' | 'half_open' | 'closed'): Partial<Row> => ({
  breaker: {
    state,
    since: null,
    states: [0, 0, 0, 0],
    failures: null,
    failureLimit: null,
    nextProbeAt: null,
    lastErrorType: null,
    isIsolatedByOperator: false,
  },
});
const snapshot = (
  rows: readonly Row[],
  overrides: Partial<SnapshotMessage> = {},
): SnapshotMessage => ({
  at: 1000,
  rows,
  events: [],
  omittedNames: 0,
  states: [0, 0, 0, 0],
  service: null,
  instance: 'host:1',
  startedAt: 500,
  canAdminister: false,
  limits: resolveLimits(10, 60),
  times: [1000],
  history: rows.map(() => [0, 0, 0, 0, 0, 0]),
  ...overrides,
});
const update = (
  at: number,
  rows: readonly Row[] = [],
  overrides: Partial<UpdateMessage> = {},
): UpdateMessage => ({
  at,
  elapsed: 1000,
  rows,
  events: [],
  omittedNames: 0,
  states: [0, 0, 0, 0],
  removed: [],
  ...overrides,
});
const pastOf = (model: Model, name: string) => model.policies.get(name)?.history[0];

describe('the model of the live page', () => {
  it('keeps rows that an update omits', () => {
    const model = new Model();
    model.applySnapshot(snapshot([rowOf('a')]));
    model.applyUpdate(update(2000, [rowOf('a', { latest: [5, 0, 0, 0, 0, 0] })]));
    model.applyUpdate(update(3000));
    expect(model.times).toEqual([1000, 2000, 3000]);
    expect(pastOf(model, 'a')).toEqual([0, 5, 5]);
    const policy = model.policies.get('a');
    expect(policy && model.rate(policy)).toBe(5);
  });

  it('has the same history length for a later name, and none for a removed one', () => {
    const model = new Model();
    model.applySnapshot(snapshot([rowOf('a')]));
    model.applyUpdate(
      update(2000, [rowOf('b', { latest: [1, 0, 0, 0, 0, 0] })], { removed: ['a'] }),
    );
    expect([...model.policies.keys()]).toEqual(['b']);
    expect(pastOf(model, 'b')).toEqual([0, 1]);
  });

  it('drops history older than three minutes', () => {
    const model = new Model();
    model.applySnapshot(snapshot([rowOf('a')]));
    for (let second = 2; second < 400; second++) model.applyUpdate(update(second * 1000));
    expect(model.times).toHaveLength(180);
    expect(pastOf(model, 'a')).toHaveLength(180);
  });

  it('starts again with each snapshot', () => {
    const model = new Model();
    model.applySnapshot(snapshot([rowOf('a'), rowOf('b')]));
    model.applySnapshot(
      snapshot([rowOf('b')], { times: [1, 2], history: [[[3, 4], 0, 0, 0, 0, 0]] }),
    );
    expect([...model.policies.keys()]).toEqual(['b']);
    expect(model.policies.get('b')?.history.slice(0, 2)).toEqual([
      [3, 4],
      [0, 0],
    ]);
  });

  it('reports only circuit breakers whose state changed', () => {
    const model = new Model();
    model.applySnapshot(snapshot([rowOf('a', inState('closed')), rowOf('b', inState('open'))]));
    const rows = [
      rowOf('a', inState('open')),
      rowOf('b', inState('open')),
      rowOf('new', inState('open')),
    ];
    expect(model.applyUpdate(update(2000, rows))).toEqual([{ name: 'a', state: 'open' }]);
  });

  it('reports changes that happened while the connection was lost', () => {
    const model = new Model();
    expect(model.applySnapshot(snapshot([rowOf('a', inState('closed'))]))).toEqual([]);
    expect(
      model.applySnapshot(snapshot([rowOf('a', inState('open')), rowOf('b', inState('open'))])),
    ).toEqual([{ name: 'a', state: 'open' }]);
  });

  it('keeps the events of a restarted process, and reports the restart', () => {
    const model = new Model();
    const news = (text: string) =>
      ({ at: 1, kind: 'state_change', name: 'a', text, tone: 'bad' }) as const;
    model.applySnapshot(snapshot([], { events: [news('opened')] }));
    model.applySnapshot(snapshot([], { events: [news('opened'), news('closed')] }));
    expect(model.events.map(({ text }) => text)).toEqual(['opened', 'closed']);
    for (let again = 0; again < 2; again++) {
      model.applySnapshot(
        snapshot([], { startedAt: 900, at: 2000, events: [news('opened anew')] }),
      );
      expect(model.events.map(({ text }) => text)).toEqual([
        'opened',
        'closed',
        expect.stringContaining('another process'),
        'opened anew',
      ]);
    }
    expect(model.events[2]).toMatchObject({ at: 2000, name: 'host:1' });
  });

  it.each([-3600_000, 3600_000])('counts as before where the clock is set by %d ms', (off) => {
    const model = new Model();
    model.applySnapshot(snapshot([rowOf('a')], { at: 9e6, times: [9e6] }));
    const rows = [rowOf('a', { latest: [5, 0, 0, 0, 0, 0] })];
    for (let second = 1; second < 5; second++) model.applyUpdate(update(9e6 + second * 1000, rows));
    for (let second = 5; second < 8; second++) {
      model.applyUpdate(update(9e6 + off + second * 1000, rows));
      const policy = model.policies.get('a');
      expect(policy && model.rate(policy)).toBe(5);
      expect(model.times).toEqual(model.times.toSorted((a, b) => a - b));
    }
    expect(model.sampledSeconds).toBe(7);
  });
});

describe('the rows of the live page', () => {
  const model = new Model();
  model.applySnapshot(
    snapshot([
      rowOf('Z', { p95: 2 }),
      rowOf('fine', { ...inState('closed'), p95: 0.1 }),
      rowOf('tested', inState('half_open')),
      rowOf('broken', inState('open')),
    ]),
  );

  it('are in the order that was chosen, and else by name', () => {
    expect(orderNames(model, 'severity')).toEqual(['broken', 'tested', 'fine', 'Z']);
    expect(orderNames(model, 'name')).toEqual(['broken', 'fine', 'tested', 'Z']);
    expect(orderNames(model, 'latency')).toEqual(['Z', 'fine', 'broken', 'tested']);
    expect(orderNames(model, 'calls')).toEqual(['broken', 'fine', 'tested', 'Z']);
  });

  it('are counted with those that have no row', () => {
    const many = new Model();
    many.applySnapshot(
      snapshot([rowOf('a', inState('open'))], { omittedNames: 3, states: [2, 2, 0, 0] }),
    );
    expect(countOf(many, 'all')).toBe(4);
    expect(countOf(many, 'open')).toBe(2);
    many.applyUpdate(update(2000, [], { omittedNames: 3, states: [3, 1, 0, 0] }));
    expect(countOf(many, 'open')).toBe(1);
    expect(countOf(many, 'over_limit')).toBe(0);
  });

  it('are found by any part of the name, in any case', () => {
    const shown = (...asked: [Parameters<typeof matches>[1], string]) =>
      [...model.policies.values()]
        .filter((policy) => matches(policy, ...asked))
        .map(({ row }) => row.name);
    expect(shown('all', 'z')).toEqual(['Z']);
    expect(shown('all', 'E')).toEqual(['fine', 'tested', 'broken']);
    expect(shown('open', '')).toEqual(['broken']);
    expect(shown('open', 'fine')).toEqual([]);
  });
});
