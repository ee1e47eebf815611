import type { Group } from '../metrics/meter-group.ts';
import { BulkheadLayer } from './bulkhead.ts';
import { CircuitBreakerLayer } from './circuit-breaker.ts';
import { CustomLayer } from './custom-policy.ts';
import { assertReplaceable, Installation, installationOf } from './execute-patch.ts';
import { Executions } from './executions.ts';
import { FallbackLayer } from './fallback.ts';
import type { Layer, Settings } from './policy-instrumentation.ts';
import { type AnyPolicy, isWrap, membersOf, shapeOf } from './policy-types.ts';
import { RetryLayer } from './retry.ts';
import { StackLayer } from './stack.ts';
import { TimeoutLayer } from './timeout.ts';

export function isAttached(policy: AnyPolicy): boolean {
  return installationOf(policy) !== undefined;
}

/**
 * Instruments a policy, and the members of a wrap, in place: by a property `execute` of the object
 * itself, so that wraps and decorators that exist already go through it too.
 *
 * A member that is instrumented already keeps the name it has.
 *
 * @param unreported runs before an execution for as long as nothing reports the group
 * @throws TypeError if one of the policies can't be given another `execute`; then none is
 */
export function attach(
  policy: AnyPolicy,
  settings: Settings,
  group: Group,
  unreported: () => void,
): void {
  const members = isWrap(policy) ? [...membersOf(policy)] : [];
  for (const each of [policy, ...members]) {
    if (!isAttached(each) && shapeOf(each).type !== 'noop') assertReplaceable(each);
  }
  const installed = members.flatMap((member) => {
    const own = installationOf(member);
    if (own) return [own.share()];
    const layer = layerOf(member, settings);
    return layer ? [new Installation(member, layer, settings.scope, group).share()] : [];
  });
  const executions = new Executions(policy, settings.scope, settings.durations, unreported);
  const layer =
    layerOf(policy, { ...settings, executions }) ??
    new StackLayer(policy, policy.execute, executions);
  new Installation(policy, layer, settings.scope, group).members = installed;
}

/** Undoes `attach`, for the members too; does nothing where there is nothing to undo. */
export function detach(policy: AnyPolicy): void {
  installationOf(policy)?.undo();
}

/** The layer of a policy; a noop inside a stack needs none. */
function layerOf(policy: AnyPolicy, settings: Settings): Layer | undefined {
  const shape = shapeOf(policy);
  const original = policy.execute;
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
      return settings.executions ? undefined : new CustomLayer(policy, original);
    default:
      return undefined;
  }
}
