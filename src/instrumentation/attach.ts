import type { MeterGroup } from '../metrics/meter-group.ts';
import { BulkheadInstrumentation } from './bulkhead.ts';
import { CircuitBreakerInstrumentation } from './circuit-breaker.ts';
import { CustomPolicyInstrumentation } from './custom-policy.ts';
import { assertReplaceable, ExecutePatch, installationOf } from './execute-patch.ts';
import { Executions } from './executions.ts';
import { FallbackInstrumentation } from './fallback.ts';
import type { InstrumentationSettings, PolicyInstrumentation } from './policy-instrumentation.ts';
import { type AnyPolicy, isWrap, membersOf, shapeOf } from './policy-types.ts';
import { RetryInstrumentation } from './retry.ts';
import { StackInstrumentation } from './stack.ts';
import { TimeoutInstrumentation } from './timeout.ts';

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
  settings: InstrumentationSettings,
  group: MeterGroup,
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
    return layer ? [new ExecutePatch(member, layer, settings.scope, group).share()] : [];
  });
  const executions = new Executions(policy, settings.scope, settings.durations, unreported);
  const layer =
    layerOf(policy, { ...settings, executions }) ??
    new StackInstrumentation(policy, policy.execute, executions);
  new ExecutePatch(policy, layer, settings.scope, group).members = installed;
}

/** Undoes `attach`, for the members too; does nothing where there is nothing to undo. */
export function detach(policy: AnyPolicy): void {
  installationOf(policy)?.undo();
}

/** The layer of a policy; a noop inside a stack needs none. */
function layerOf(
  policy: AnyPolicy,
  settings: InstrumentationSettings,
): PolicyInstrumentation | undefined {
  const shape = shapeOf(policy);
  const original = policy.execute;
  switch (shape.type) {
    case 'retry':
      return new RetryInstrumentation(shape.policy, original, settings);
    case 'circuit_breaker':
      return new CircuitBreakerInstrumentation(shape.policy, original, settings);
    case 'timeout':
      return new TimeoutInstrumentation(shape.policy, original, settings);
    case 'bulkhead':
      return new BulkheadInstrumentation(shape.policy, original, settings);
    case 'fallback':
      return new FallbackInstrumentation(shape.policy, original, settings);
    case 'custom':
      return settings.executions ? undefined : new CustomPolicyInstrumentation(policy, original);
    default:
      return undefined;
  }
}
