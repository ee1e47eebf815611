import { setMaxListeners } from 'node:events';
import type { Fn } from './policies.ts';
import type { Behaviour } from './scenario.ts';
import type { World } from './world.ts';

class OtherPromise<T> extends Promise<T> {}

/** The user's function of one call: does this the first time, that the second ... */
export function userFunction(world: World, behaviours: readonly Behaviour[], label: string): Fn {
  const { trace } = world;
  let runs = 0;
  return (...args) => {
    const run = runs++;
    trace.sees(`${label} runs with ${trace.args(args)}`);
    const behaviour = behaviours[Math.min(run, behaviours.length - 1)] as Behaviour;
    const { signal } = args[0] as { signal?: AbortSignal };
    return behave(world, behaviour, signal, `${label}.${run}`);
  };
}

function behave(
  world: World,
  behaviour: Behaviour,
  signal: AbortSignal | undefined,
  label: string,
): unknown {
  const { trace, materials } = world;
  if (behaviour.kind === 'never') return new Promise(() => {});
  if (behaviour.kind === 'calls') {
    return world.execute(
      behaviour.stack,
      userFunction(world, [behaviour.then], `${label} inner`),
      signal,
    );
  }
  const { ok } = behaviour;
  const thing = materials.of(ok, behaviour.index);
  const atOnce = () => {
    if (ok) return thing;
    throw thing;
  };
  const settle = (resolve: (value: unknown) => void, reject: (error: unknown) => void) => {
    trace.sees(`${label} settles`);
    if (ok) resolve(thing);
    else reject(thing);
  };
  switch (behaviour.kind) {
    case 'at once':
      return atOnce();
    case 'hops':
      return (async () => {
        for (let hop = 0; hop < behaviour.hops; hop++) await undefined;
        return atOnce();
      })();
    case 'later':
      return new Promise((resolve, reject) => {
        setTimeout(settle, behaviour.ms, resolve, reject);
      });
    case 'subclass':
      return new OtherPromise((resolve, reject) => {
        setTimeout(settle, behaviour.ms, resolve, reject);
      });
    case 'by hand':
      return new Promise((resolve, reject) => {
        world.behindGate(behaviour.gate, () => settle(resolve, reject));
      });
    case 'on abort':
      return new Promise((resolve, reject) => {
        onAbort(signal, () => settle(resolve, reject));
      });
    case 'aborts':
      world.act({ do: 'abort', signal: behaviour.signal });
      return behaviour.async ? (async () => atOnce())() : atOnce();
    case 'thenable':
      return {
        then(resolve: (value: unknown) => void, reject: (error: unknown) => void) {
          trace.sees(`${label} is looked at`);
          const { when } = behaviour;
          if (when === 'at once') settle(resolve, reject);
          else if (when === 'on abort') onAbort(signal, () => settle(resolve, reject));
          else setTimeout(settle, when, resolve, reject);
        },
      };
  }
}

function onAbort(signal: AbortSignal | undefined, listener: () => void): void {
  if (signal === undefined) return;
  if (signal.aborted) return listener();
  setMaxListeners(0, signal);
  signal.addEventListener('abort', listener, { once: true });
}
