import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach } from 'vitest';
import {
  createFetch,
  type FetchInit,
  type FetchOptions,
  type ResilientFetch,
} from '../../src/http/index.ts';
import { type Answer, TestServer } from './server.ts';

const servers = new Set<TestServer>();
const clients = new Set<ResilientFetch<Response | null>>();

afterEach(async () => {
  for (const client of clients) client.policy.dispose();
  clients.clear();
  await Promise.all([...servers].map((server) => server.kill()));
  servers.clear();
});

/** A server that is killed after the test. */
export async function serve(answer?: Answer): Promise<TestServer> {
  const server = await new TestServer(answer).start();
  servers.add(server);
  return server;
}

/** Short delays and timeouts, so that tests need not wait. */
export const QUICK = {
  retry: { initialDelay: 5, maxDelay: 20 },
  circuitBreaker: { halfOpenAfter: 300 },
  timeout: { duration: 5000 },
} as const;

/** A client with the calls of its preset, and short delays; disposed of after the test. */
export function client(options?: FetchOptions & { readonly nullOn404?: false }): ResilientFetch;
export function client(options: FetchOptions): ResilientFetch<Response | null>;
export function client(options: FetchOptions = {}): ResilientFetch<Response | null> {
  const { overrides, ...rest } = options;
  const fetch = createFetch('service', { ...rest, overrides: { ...QUICK, ...overrides } });
  clients.add(fetch);
  return fetch;
}

/** An option of `fetch` with a dispatcher of undici, whose types differ from those of Node. */
export function via<D extends object>(dispatcher: D): FetchInit & { readonly dispatcher: D } {
  return { dispatcher } as unknown as FetchInit & { readonly dispatcher: D };
}

setFlagsFromString('--expose-gc');
export const collectGarbage = runInNewContext('gc') as () => void;
