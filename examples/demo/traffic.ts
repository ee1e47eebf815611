import type { Client } from './client.ts';

/** Calls every service repeatedly, without waiting for earlier calls. */
export class Traffic {
  readonly #timers = new Map<Client, NodeJS.Timeout>();
  readonly #calls = new Set<Promise<void>>();

  constructor(clients: readonly Client[]) {
    for (const client of clients) this.#schedule(client);
  }

  /** Stops the calls and waits for those in progress. */
  async stop(): Promise<void> {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await Promise.all(this.#calls);
  }

  #schedule(client: Client): void {
    // Random, because callers are not synchronized.
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
