import type { Client } from './client.ts';

/** Calls every service again and again, whether or not the last call has been answered. */
export class Traffic {
  readonly #timers = new Map<Client, NodeJS.Timeout>();
  readonly #calls = new Set<Promise<void>>();

  constructor(clients: readonly Client[]) {
    for (const client of clients) this.#schedule(client);
  }

  /** Makes no more calls, and waits until those under way are answered. */
  async stop(): Promise<void> {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await Promise.all(this.#calls);
  }

  #schedule(client: Client): void {
    // Between half and one and a half times the mean, as callers don't keep step.
    const wait = (1000 / client.spec.callsPerSecond) * (0.5 + Math.random());
    this.#timers.set(
      client,
      setTimeout(() => {
        this.#schedule(client);
        const call = client.call().finally(() => this.#calls.delete(call));
        this.#calls.add(call);
      }, wait),
    );
  }
}
