import type { Group, Hold } from '../aggregate/group.ts';
import type { Scope } from '../aggregate/scope.ts';
import { BulkheadLayer } from './bulkhead.ts';
import { CircuitBreakerLayer } from './circuit-breaker.ts';
import { CustomLayer } from './custom.ts';
import { Executions, StackLayer } from './execution.ts';
import { FallbackLayer } from './fallback.ts';
import type { Layer, Settings } from './layer.ts';
import {
  type AnyPolicy,
  type AsyncExecute,
  type Execute,
  isWrap,
  membersOf,
  shapeOf,
} from './policy.ts';
import { RetryLayer } from './retry.ts';
import { TimeoutLayer } from './timeout.ts';

/** Undoes the instrumentation of one policy, by the policy. */
const attached = new WeakMap<AnyPolicy, () => void>();

/** The functions put in place of `execute`: a spread copy of a wrap carries one of them along. */
const ours = new WeakSet<Execute>();

export function isAttached(policy: AnyPolicy): boolean {
  return attached.has(policy) || ours.has(policy.execute);
}

/**
 * Instruments a policy, and the members of a wrap, in place: by a property `execute` of the object
 * itself, so that wraps and decorators that exist already go through it too.
 *
 * A member that is instrumented already keeps the name it has.
 *
 * @throws TypeError if one of the policies can't be given another `execute`; then none is
 */
export function attach(
  policy: AnyPolicy,
  settings: Settings,
  group: Group,
  before: () => void,
): void {
  const members = isWrap(policy) ? [...membersOf(policy)].filter((each) => !isAttached(each)) : [];
  for (const each of [policy, ...members]) assertReplaceable(each);
  const undos = members.map((member) => {
    const layer = layerOf(member, settings);
    return layer && install(member, settings.scope, group, layer);
  });
  const executions = new Executions(settings, before);
  const layer =
    layerOf(policy, { ...settings, executions }) ??
    new StackLayer(policy, policy.execute, executions);
  const undo = install(policy, settings.scope, group, layer);
  attached.set(policy, () => {
    undo();
    for (const each of undos) each?.();
  });
}

/** Undoes `attach`, for the members too; does nothing where there is nothing to undo. */
export function detach(policy: AnyPolicy): void {
  attached.get(policy)?.();
}

/** The layer of a policy of its own; noop, which only awaits, needs none inside a stack. */
function layerOf(policy: AnyPolicy, settings: Settings): Layer | undefined {
  const shape = shapeOf(policy);
  const original = policy.execute as AsyncExecute;
  switch (shape.type) {
    case 'retry':
      return new RetryLayer(shape.policy, original, settings);
    case 'circuit_breaker':
      return new CircuitBreakerLayer(shape.policy, original, settings);
    case 'timeout':
      return new TimeoutLayer(shape.policy, original, settings);
    case 'bulkhead':
      return new BulkheadLayer(shape.policy, original, settings);
    case 'fallback':
      return new FallbackLayer(shape.policy, original, settings);
    case 'custom':
      return settings.executions ? undefined : new CustomLayer(policy.execute);
    default:
      return undefined;
  }
}

function install(policy: AnyPolicy, scope: Scope, group: Group, layer: Layer): () => void {
  const { execute } = layer;
  const before = Object.getOwnPropertyDescriptor(policy, 'execute');
  Object.defineProperty(policy, 'execute', {
    value: execute,
    writable: true,
    configurable: true,
    // A method of a class is not enumerable; that of a wrap, a plain object, is.
    enumerable: before?.enumerable ?? false,
  });
  ours.add(execute);
  const hold: Hold = group.hold(scope, policy, sampledOf(layer));
  const undo = () => {
    if (!attached.delete(policy)) return;
    group.release(hold);
    for (const listener of layer.listeners) listener.dispose();
    // Somebody may have put his own in place of ours since; his calls ours, which goes on working.
    if (policy.execute !== execute) return;
    if (before) Object.defineProperty(policy, 'execute', before);
    else delete (policy as Partial<AnyPolicy>).execute;
  };
  attached.set(policy, undo);
  return undo;
}

function sampledOf(layer: Layer) {
  return layer.sample ? (layer as Layer & Required<Pick<Layer, 'sample'>>) : undefined;
}

function assertReplaceable(policy: AnyPolicy): void {
  const own = Object.getOwnPropertyDescriptor(policy, 'execute');
  if (own ? !own.configurable : !Object.isExtensible(policy)) {
    throw new TypeError(
      'Expected `policy` to be extensible, got a frozen or sealed one: its `execute` must be replaced to be observed',
    );
  }
}
