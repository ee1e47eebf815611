import type { MeterGroup } from '../metrics/meter-group.ts';
import { BulkheadInstrumentation } from './bulkhead.ts';
import { CircuitBreakerInstrumentation } from './circuit-breaker.ts';
import { CustomPolicyInstrumentation } from './custom-policy.ts';
import { assertReplaceable, ExecutePatch, patchOf } from './execute-patch.ts';
import { Executions } from './executions.ts';
import { FallbackInstrumentation } from './fallback.ts';
import type { InstrumentationSettings, PolicyInstrumentation } from './policy-instrumentation.ts';
import { type AnyPolicy, isWrap, membersOf, shapeOf } from './policy-types.ts';
import { RetryInstrumentation } from './retry.ts';
import { StackInstrumentation } from './stack.ts';
import { TimeoutInstrumentation } from './timeout.ts';

export function isAttached(policy: AnyPolicy): boolean {
  return patchOf(policy) !== undefined;
}

/**
 * Instruments a policy and the members of a wrap in place, by an own property `execute`. Existing wraps
 * and decorators thus call it too. A member that is instrumented already keeps its name.
 *
 * @param connectIfNeeded runs before each execution until an SDK receives the durations
 * @throws TypeError if the `execute` of one policy cannot be replaced; then no policy is changed
 */
export function attach(
  policy: AnyPolicy,
  settings: InstrumentationSettings,
  group: MeterGroup,
  connectIfNeeded: () => void,
): void {
  const members = isWrap(policy) ? [...membersOf(policy)] : [];
  for (const target of [policy, ...members]) {
    if (!isAttached(target) && shapeOf(target).type !== 'noop') assertReplaceable(target);
  }
  const patches = members.flatMap((member) => {
    const existing = patchOf(member);
    if (existing) return [existing.share()];
    const instrumentation = createInstrumentation(member, settings);
    return instrumentation
      ? [new ExecutePatch(member, instrumentation, settings.metrics, group).share()]
      : [];
  });
  const executions = new Executions(policy, settings.metrics, settings.durations, connectIfNeeded);
  const instrumentation =
    createInstrumentation(policy, { ...settings, executions }) ??
    new StackInstrumentation(policy, policy.execute, executions);
  new ExecutePatch(policy, instrumentation, settings.metrics, group).members = patches;
}

/** Undoes `attach` for the policy and its members. Does nothing if the policy is not instrumented. */
export function detach(policy: AnyPolicy): void {
  patchOf(policy)?.undo();
}

/** @returns `undefined` for a noop inside a stack, which is not instrumented */
function createInstrumentation(
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
