import { isNative, look } from './watch.ts';

/** cockatiel's `FailureReason`: an error, or a value that a result filter calls a failure. */
export type Reason = { readonly error: unknown } | { readonly value: unknown };

/** What every policy has until its first failure. */
const NONE: Reason[] = [];

/** What the function of a call did when it was called last. */
export interface Inner {
  /** What it returned, or threw. */
  readonly gave: unknown;
  readonly threw: boolean;
}

/**
 * Failures that a policy has announced, and whose calls have not been answered yet.
 *
 * An announcement has no call identity, but it names the error or value, and what the call answers (or
 * what its function gave) is that very error or value. Between the two lie a few microtasks, so
 * there is hardly ever more than one; on the way of a success nothing is done at all.
 */
export class Announced {
  #reasons: Reason[] = NONE;

  add(reason: Reason): void {
    if (this.#reasons === NONE) this.#reasons = [];
    this.#reasons.push(reason);
  }

  get none(): boolean {
    return this.#reasons.length === 0;
  }

  /** Nothing is under way any more: what is left belonged to calls that were never seen. */
  clear(): void {
    this.#reasons = NONE;
  }

  /**
   * Decides, soon, with which failure the answered call was announced, if with any.
   *
   * @param inner what the call's function did: asked only where the answer is not what was
   *   announced, because a listener threw on the way
   */
  decide(
    ok: boolean,
    value: unknown,
    inner: Inner,
    decided: (announced: Reason | undefined) => void,
  ): void {
    const announced = this.#take(ok, value);
    if (announced || ok) decided(announced);
    else if (inner.threw || !isNative(inner.gave)) decided(this.#take(!inner.threw, inner.gave));
    else {
      look(
        inner.gave,
        (result) => decided(this.#take(true, result)),
        (error) => decided(this.#take(false, error)),
      );
    }
  }

  #take(ok: boolean, value: unknown): Reason | undefined {
    const index = this.#reasons.findIndex((reason) =>
      'error' in reason
        ? !ok && Object.is(reason.error, value)
        : ok && Object.is(reason.value, value),
    );
    return index < 0 ? undefined : this.#reasons.splice(index, 1)[0];
  }
}
