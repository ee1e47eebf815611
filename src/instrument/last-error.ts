import type { Reason } from './announced.ts';
import { type Settings, typeOf } from './layer.ts';

/**
 * The type of a circuit breaker's last failure.
 *
 * The circuit opens by a failure before the call that has failed is answered, so who hears of that
 * asks for a type that nobody has named yet. Each failure is named once all the same: that may run
 * code of the user's.
 */
export class LastError {
  readonly #settings: Settings;
  #type: string | undefined;
  /** The last one; until it is named. */
  #announced: Reason | undefined;
  /** Types of those that were asked for before their calls were answered. */
  #early: WeakMap<Reason, string> | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  get type(): string | undefined {
    if (this.#announced) {
      this.#type = typeOf(this.#settings, this.#announced);
      this.#early ??= new WeakMap();
      this.#early.set(this.#announced, this.#type);
      this.#announced = undefined;
    }
    return this.#type;
  }

  /** The breaker has taken a failure on itself. */
  announce(reason: Reason): void {
    this.#announced = reason;
  }

  /** The call that has failed was answered. */
  count(reason: Reason): void {
    const type = this.#early?.get(reason) ?? typeOf(this.#settings, reason);
    if (reason === this.#announced) this.#announced = undefined;
    this.#type = type;
    this.#settings.scope.errors.count('circuit_breaker', type);
  }
}
