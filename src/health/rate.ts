/** So many at once, and so many a second again. */
export class Rate {
  readonly #perSecond: number;
  readonly #burst: number;
  #left: number;
  #at = performance.now();

  constructor(perSecond: number, burst = perSecond) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#left = burst;
  }

  /** Whether there is one left. */
  get open(): boolean {
    this.#refill();
    return this.#left >= 1;
  }

  /** Takes one, if there is one left. */
  take(): boolean {
    if (!this.open) return false;
    this.#left--;
    return true;
  }

  #refill(): void {
    const now = performance.now();
    const passed = Math.max(0, now - this.#at) / 1000;
    this.#left = Math.min(this.#burst, this.#left + passed * this.#perSecond);
    this.#at = now;
  }
}

/** So many clients are told apart; the one that came first is forgotten first. */
const CLIENTS = 1000;

/** A rate for each client. */
export class Rates {
  readonly #of = new Map<string, Rate>();
  readonly #make: () => Rate;

  constructor(make: () => Rate) {
    this.#make = make;
  }

  /** Of those who have none yet, one that keeps nothing. */
  open(client: string): boolean {
    return this.#of.get(client)?.open ?? true;
  }

  take(client: string): void {
    let rate = this.#of.get(client);
    if (rate === undefined) {
      rate = this.#make();
      this.#of.set(client, rate);
      const [oldest] = this.#of.keys();
      if (this.#of.size > CLIENTS && oldest !== undefined) this.#of.delete(oldest);
    }
    rate.take();
  }
}
