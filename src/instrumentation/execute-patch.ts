import type { MeterGroup, Registration } from '../metrics/meter-group.ts';
import type { PolicyMetrics } from '../metrics/policy-metrics.ts';
import type { PolicyInstrumentation } from './policy-instrumentation.ts';
import type { AnyPolicy, Execute } from './policy-types.ts';

/**
 * Where a policy carries its installation. (A WeakMap of every policy would not shrink when the
 * policies of a busy service are gone; and two copies of this package must know each other's.)
 */
const INSTALLATION = Symbol.for('cockatiel-otel.installation');

interface Carrier {
  [INSTALLATION]?: ExecutePatch | undefined;
}

/** A layer in the place of a policy's `execute`, until it is undone. */
export class ExecutePatch {
  /** Of what was given to `instrument` itself: those of the members, of which a stack has some. */
  members: ExecutePatch[] | undefined;
  /** Stacks that have the policy as a member. */
  #stacks = 0;
  readonly #policy: AnyPolicy;
  readonly #layer: PolicyInstrumentation;
  readonly #group: MeterGroup;
  readonly #hold: Registration;
  readonly #replaced: PropertyDescriptor | undefined;

  constructor(
    policy: AnyPolicy,
    layer: PolicyInstrumentation,
    scope: PolicyMetrics,
    group: MeterGroup,
  ) {
    this.#policy = policy;
    this.#layer = layer;
    this.#group = group;
    this.#replaced = Object.getOwnPropertyDescriptor(policy, 'execute');
    // A method of a class is not enumerable; that of a wrap, a plain object, is.
    const enumerable = this.#replaced?.enumerable ?? false;
    const own = { configurable: true, writable: true };
    Object.defineProperty(policy, 'execute', { ...own, enumerable, value: layer.execute });
    Object.defineProperty(policy, INSTALLATION, { ...own, value: this });
    // A spread copy of the policy carries `execute` along, and with it the sign.
    if (enumerable) (layer.execute as Execute & Carrier)[INSTALLATION] = this;
    this.#hold = group.register(scope, policy, layer);
  }

  /** One more stack has the policy as a member. */
  share(): this {
    this.#stacks++;
    return this;
  }

  /** A stack that had the policy is gone; with the last one this goes, unless it came by itself. */
  leave(): void {
    if (--this.#stacks === 0 && this.members === undefined) this.undo();
  }

  undo(): void {
    for (const member of this.members?.splice(0) ?? []) member.leave();
    // It may have been undone before, and another one be there since.
    if ((this.#policy as Carrier)[INSTALLATION] !== this) return;
    delete (this.#policy as Carrier)[INSTALLATION];
    // Who looks after the process can't reach it any more, and nobody else could let it go.
    this.#layer.control?.release();
    this.#group.release(this.#hold);
    this.#layer.detach?.();
    // Somebody may have put his own in place of ours since; his calls ours, which goes on working.
    if (this.#policy.execute !== this.#layer.execute) return;
    if (this.#replaced) Object.defineProperty(this.#policy, 'execute', this.#replaced);
    else delete (this.#policy as Partial<AnyPolicy>).execute;
  }
}

export function installationOf(policy: AnyPolicy): ExecutePatch | undefined {
  return (policy as Carrier)[INSTALLATION] ?? (policy.execute as Execute & Carrier)[INSTALLATION];
}

/** @throws TypeError if the policy can't be given another `execute` */
export function assertReplaceable(policy: AnyPolicy): void {
  const own = Object.getOwnPropertyDescriptor(policy, 'execute');
  if (own?.configurable === false || !Object.isExtensible(policy)) {
    throw new TypeError(
      'Expected `policy` to be extensible, got a frozen or sealed one: its `execute` must be replaced to be observed',
    );
  }
}
