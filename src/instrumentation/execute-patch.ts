import type { MeterGroup, Registration } from '../metrics/meter-group.ts';
import type { PolicyMetrics } from '../metrics/policy-metrics.ts';
import type { PolicyInstrumentation } from './policy-instrumentation.ts';
import type { AnyPolicy, Execute } from './policy-types.ts';

/**
 * The property of a policy that holds its patch. Several copies of this package share it. A `WeakMap` of
 * policies would not shrink after a service with many policies has dropped them.
 */
const PATCH = Symbol.for('cockatiel-otel.execute-patch');

interface Patched {
  [PATCH]?: ExecutePatch | undefined;
}

/** Replaces a policy's `execute` with that of its instrumentation, until it is undone. */
export class ExecutePatch {
  /** The patches of the members. Set if the policy itself was passed to `instrument`. */
  members: ExecutePatch[] | undefined;
  /** Number of instrumented stacks that have the policy as a member. */
  #stacks = 0;
  readonly #policy: AnyPolicy;
  readonly #instrumentation: PolicyInstrumentation;
  readonly #group: MeterGroup;
  readonly #registration: Registration;
  /** The policy's own property `execute` before the patch. */
  readonly #replaced: PropertyDescriptor | undefined;

  constructor(
    policy: AnyPolicy,
    instrumentation: PolicyInstrumentation,
    scope: PolicyMetrics,
    group: MeterGroup,
  ) {
    this.#policy = policy;
    this.#instrumentation = instrumentation;
    this.#group = group;
    this.#replaced = Object.getOwnPropertyDescriptor(policy, 'execute');
    // The method of a class is not enumerable. That of a wrap, a plain object, is enumerable.
    const enumerable = this.#replaced?.enumerable ?? false;
    const own = { configurable: true, writable: true };
    Object.defineProperty(policy, 'execute', {
      ...own,
      enumerable,
      value: instrumentation.execute,
    });
    Object.defineProperty(policy, PATCH, { ...own, value: this });
    // A spread copy of the policy has the same `execute`, and thereby the patch.
    if (enumerable) (instrumentation.execute as Execute & Patched)[PATCH] = this;
    this.#registration = group.register(scope, policy, instrumentation);
  }

  /** A stack that has the policy as a member was instrumented. */
  share(): this {
    this.#stacks++;
    return this;
  }

  /** Such a stack was uninstrumented. The last one undoes the patch, unless the policy was instrumented itself. */
  leave(): void {
    if (--this.#stacks === 0 && this.members === undefined) this.undo();
  }

  undo(): void {
    for (const member of this.members?.splice(0) ?? []) member.leave();
    // This patch may have been undone and replaced by another one.
    if ((this.#policy as Patched)[PATCH] !== this) return;
    delete (this.#policy as Patched)[PATCH];
    // An operator can no longer reach the circuit to release it.
    this.#instrumentation.control?.release();
    this.#group.release(this.#registration);
    this.#instrumentation.detach?.();
    // A later decorator of `execute` stays in place and still calls ours, which keeps working.
    if (this.#policy.execute !== this.#instrumentation.execute) return;
    if (this.#replaced) Object.defineProperty(this.#policy, 'execute', this.#replaced);
    else delete (this.#policy as Partial<AnyPolicy>).execute;
  }
}

/** The patch of a policy, or `undefined` if it is not instrumented. */
export function patchOf(policy: AnyPolicy): ExecutePatch | undefined {
  return (policy as Patched)[PATCH] ?? (policy.execute as Execute & Patched)[PATCH];
}

/** @throws TypeError if the `execute` of the policy cannot be replaced */
export function assertReplaceable(policy: AnyPolicy): void {
  const own = Object.getOwnPropertyDescriptor(policy, 'execute');
  if (own?.configurable === false || !Object.isExtensible(policy)) {
    throw new TypeError(
      'Expected `policy` to be extensible, got a frozen or sealed one: its `execute` must be replaced to be observed',
    );
  }
}
