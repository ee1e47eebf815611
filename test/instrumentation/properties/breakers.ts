import { EVENTS, listen, type Policy } from './policies.ts';

const CLOSED = 0;
const OPEN = 1;
const HALF_OPEN = 2;
const ISOLATED = 3;

/** What one circuit breaker went through. */
interface Life {
  state: number;
  readonly transitions: [from: number, to: number][];
  /** Seconds from the first opening to closed. */
  readonly recoveries: number[];
  openedAt: number | undefined;
  /** When it left closed, in ms of the fake clock; unset while it is closed or isolated. */
  downSince: number | undefined;
}

/** Reads the states of circuit breakers whenever one may have changed. */
export class Breakers {
  readonly #lives = new Map<Policy, Life>();

  watch(policy: Policy): void {
    this.#lives.set(policy, {
      state: stateOf(policy),
      transitions: [],
      recoveries: [],
      openedAt: undefined,
      downSince: isDown(stateOf(policy)) ? performance.now() : undefined,
    });
    for (const event of EVENTS['circuit breaker']) listen(policy, event, () => this.read(policy));
  }

  read(policy: Policy): Readonly<Life & { downtime: number }> {
    const life = this.#lives.get(policy) as Life;
    const now = performance.now();
    const state = stateOf(policy);
    if (state !== life.state) {
      life.transitions.push([life.state, state]);
      if (life.state === CLOSED && state === OPEN) life.openedAt = now;
      if (state === ISOLATED) life.openedAt = undefined;
      if (state === CLOSED && life.openedAt !== undefined) {
        life.recoveries.push((now - life.openedAt) / 1000);
        life.openedAt = undefined;
      }
      life.state = state;
      life.downSince = isDown(state) ? (life.downSince ?? now) : undefined;
    }
    return { ...life, downtime: (now - (life.downSince ?? now)) / 1000 };
  }
}

function isDown(state: number): boolean {
  return state === OPEN || state === HALF_OPEN;
}

function stateOf(policy: Policy): number {
  return (policy as Policy & { state: number }).state;
}
