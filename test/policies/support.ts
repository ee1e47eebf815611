import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { vi } from 'vitest';
import type { PresetName } from '../../src/presets/presets.ts';

/** The room as it is over one major of cockatiel. */
export async function policiesOver(major: 3 | 4) {
  vi.resetModules();
  vi.doMock('cockatiel', () => (major === 3 ? import('cockatiel3') : vi.importActual('cockatiel')));
  return import('../../src/policies/index.ts');
}

/** What the server does with a request: answers a status, breaks the connection, or nothing. */
export type Behaviour = number | 'break' | 'hang';

/**
 * A dependency on loopback, called over real sockets while the clock of timers and dates is a fake:
 * it only moves when nothing is on its way.
 */
export class Dependency {
  behaviour: Behaviour = 200;
  /** When requests came, in seconds since `start`. */
  requests: number[] = [];
  url = '';
  #begun = 0;
  /** Requests that were sent, and that neither were answered nor hang. */
  #moving = 0;
  readonly #server: Server = createServer((request, response) => {
    this.requests.push(this.now());
    const { behaviour } = this;
    if (behaviour === 'hang') this.#moving--;
    else if (behaviour === 'break') request.socket.destroy();
    else response.writeHead(behaviour).end();
  });

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
    this.#begun = Date.now();
  }

  async stop(): Promise<void> {
    vi.useRealTimers();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Nobody listens any more. */
  async kill(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async revive(): Promise<void> {
    this.#server.listen(Number(new URL(this.url).port), '127.0.0.1');
    await once(this.#server, 'listening');
  }

  now = (): number => (Date.now() - this.#begun) / 1000;

  /** Forgets the requests, and begins to count the time anew. */
  begin(): void {
    this.requests = [];
    this.#begun = Date.now();
  }

  /** A call that fails as those of most clients do: by an error with the status. */
  readonly call = async ({ signal }: { readonly signal: AbortSignal }): Promise<number> => {
    this.#moving++;
    let hung = false;
    try {
      // A connection for each request: one that was kept could be found broken only later.
      const response = await fetch(this.url, { signal, headers: { connection: 'close' } });
      await response.arrayBuffer();
      if (response.ok) return response.status;
      throw Object.assign(new Error(`status ${response.status}`), { status: response.status });
    } catch (error) {
      hung = signal.aborted;
      throw error;
    } finally {
      if (!hung) this.#moving--;
    }
  };

  /** Lets time pass until the call is answered; real time only for what is on its way. */
  async answer<T>(call: Promise<T>): Promise<T | { readonly error: unknown }> {
    let answered = false;
    const answer = call
      .catch((error: unknown) => ({ error }))
      .finally(() => {
        answered = true;
      });
    while (!answered) {
      await turn();
      if (this.#moving === 0 && !answered) {
        // What was just answered may have a call made again.
        for (let quiet = 0; quiet < 3; quiet++) await turn();
        if (this.#moving === 0 && !answered) await vi.advanceTimersToNextTimerAsync();
      }
    }
    return answer;
  }
}

/** What the documents say of a preset, in their words; the test's own copy. */
export interface Documented {
  readonly preset: PresetName;
  readonly calls: number;
  /** Without jitter. */
  readonly waits: readonly number[];
  readonly jitter?: boolean;
  readonly failures: number;
  readonly open: number;
  readonly timeout: number;
  readonly bulkhead?: number;
  /** Only connection errors and timeouts are retried. */
  readonly connectionOnly?: boolean;
}

const usual = { calls: 3, waits: [1, 2], jitter: true, failures: 5, open: 60, timeout: 30 };

export const DOCUMENTED: readonly Documented[] = [
  { preset: 'default', ...usual },
  { preset: 'enterprise', calls: 3, waits: [2, 4], failures: 5, open: 60, timeout: 30 },
  { preset: 'http', calls: 4, waits: [0.5, 1, 2], failures: 5, open: 60, timeout: 15 },
  { preset: 'httpService', calls: 4, waits: [0.5, 1, 2], failures: 5, open: 60, timeout: 30 },
  {
    preset: 'apiClient',
    calls: 3,
    waits: [1, 2],
    failures: 5,
    open: 60,
    timeout: 15,
    connectionOnly: true,
  },
  {
    preset: 'aws',
    calls: 3,
    waits: [1, 2],
    failures: 5,
    open: 60,
    timeout: 60,
    connectionOnly: true,
  },
  { preset: 'database', ...usual, failures: 10, open: 30, timeout: 10, bulkhead: 20 },
  { preset: 'llm', ...usual, timeout: 60, bulkhead: 10 },
  { preset: 'auth', ...usual, open: 30, timeout: 5 },
  { preset: 'authorization', ...usual, failures: 10, open: 30, bulkhead: 50 },
  { preset: 'redis', ...usual, bulkhead: 100 },
  { preset: 'metricsJob', ...usual, bulkhead: 10 },
  { preset: 'batchJob', ...usual, bulkhead: 5 },
  { preset: 'task', ...usual, calls: 4, waits: [1, 2, 4], timeout: 120 },
];
