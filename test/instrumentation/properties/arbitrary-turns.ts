import fc from '../../support/fast-check.ts';
import { ENDS, FAILS, kind, MS, often, type Range } from './arbitrary-policies.ts';
import type { Action, Behaviour, Turn } from './scenario.ts';
import { SIGNALS } from './world.ts';

/** What there is to act on. */
interface Stage {
  readonly range: Range;
  readonly stacks: number;
  /** The policies that are circuit breakers. */
  readonly breakers: readonly number[];
}

const signal = fc.nat({ max: SIGNALS - 1 });
const gate = fc.nat({ max: 2 });

function behaviour({ range, stacks }: Stage): fc.Arbitrary<Behaviour> {
  const plain: fc.Arbitrary<Behaviour> = fc.oneof(
    often(5, kind('at once', { ...ENDS, ok: fc.constant(true) })),
    often(4, kind('at once', FAILS)),
    often(2, kind('hops', { ...ENDS, hops: fc.nat({ max: 4 }) })),
    often(4, kind('later', { ...ENDS, ms: MS })),
    often(2, kind('later', { ...FAILS, ms: MS })),
    often(1, kind('never', {})),
    often(2, kind('on abort', ENDS)),
    often(3, kind('by hand', { ...ENDS, gate })),
    often(
      1,
      kind('thenable', { ...ENDS, when: fc.oneof(MS, fc.constantFrom('at once', 'on abort')) }),
    ),
    often(1, kind('aborts', { ...ENDS, signal, async: fc.boolean() })),
    often(1, kind('subclass', { ...ENDS, ms: MS })),
  );
  if (!range.foreign) return plain;
  const calls = kind('calls', { stack: fc.nat({ max: stacks - 1 }), then: plain });
  return fc.oneof(often(20, plain), often(1, calls));
}

function action(stage: Stage): fc.Arbitrary<Action> {
  const { breakers, stacks } = stage;
  const is = <D extends Action['do'], R extends object>(
    name: D,
    rest: { [P in keyof R]: fc.Arbitrary<R[P]> },
  ) => fc.record({ do: fc.constant(name), ...rest }) as fc.Arbitrary<{ do: D } & R>;
  return fc.oneof(
    often(
      12,
      is('call', {
        stack: fc.nat({ max: stacks - 1 }),
        signal: fc.option(signal, { nil: undefined, freq: 2 }),
        ignored: fc.oneof(often(9, fc.constant(false)), often(1, fc.constant(true))),
        function: fc.array(behaviour(stage), { minLength: 1, maxLength: 3 }),
      }),
    ),
    often(1, is('abort', { signal })),
    often(3, is('open gate', { gate })),
    often(1, is('set clock', { ms: fc.constantFrom(-3, 5) })),
    ...(breakers.length > 0
      ? [
          often(1, is('isolate', { policy: fc.constantFrom(...breakers) })),
          often(1, is('release', { handle: fc.nat({ max: 1 }) })),
        ]
      : []),
  );
}

export function turns(stage: Stage): fc.Arbitrary<Turn[]> {
  const actions = fc.array(action(stage), { minLength: 1, maxLength: 4 });
  const turn: fc.Arbitrary<Turn> = fc.oneof(
    often(2, fc.record({ actions, hops: fc.nat({ max: 3 }) })),
    often(1, fc.record({ advance: MS })),
  );
  return fc.array(turn, { minLength: 1, maxLength: 12 });
}
