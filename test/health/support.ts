import { ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
import { afterEach } from 'vitest';
import { type HealthOptions, type HealthRoutes, healthRoutes } from '../../src/health/index.ts';
import { instrument, uninstrument } from '../../src/index.ts';
import { isolatedNames } from '../../src/metrics/breaker-control.ts';

export const TOKEN = 'correct-horse-battery-staple';

const policies: { execute: unknown }[] = [];
const open: HealthRoutes[] = [];

afterEach(() => {
  for (const policy of policies.splice(0)) uninstrument(policy);
  for (const routes of open.splice(0)) routes.close();
});

/** A circuit breaker that opens at the second failure, known for as long as the test lasts. */
export function breakerNamed(name: string, failures = 2) {
  isolatedNames.delete(name);
  return known(instrument(name, newBreaker(failures)));
}

export function newBreaker(failures = 2) {
  return circuitBreaker(handleAll, {
    halfOpenAfter: 60_000,
    breaker: new ConsecutiveBreaker(failures),
  });
}

/** Any other policy, known for as long as the test lasts. */
export function known<P extends { execute: unknown }>(policy: P): P {
  policies.push(policy);
  return policy;
}

export async function failing(
  policy: { execute(fn: () => unknown): Promise<unknown> },
  times = 2,
): Promise<void> {
  for (let i = 0; i < times; i++) {
    await policy
      .execute(() => {
        throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' });
      })
      .catch(() => {});
  }
}

/** The routes, and a short way to ask them. */
export function routesWith(options: HealthOptions = {}) {
  const routes = healthRoutes(options);
  open.push(routes);
  async function ask(method: string, path: string, init: RequestInit = {}) {
    const request = new Request(`http://localhost${path}`, { method, ...init });
    const response = await routes.fetch(request);
    const text = await response.text();
    return {
      response,
      status: response.status,
      text,
      json: text === '' ? undefined : jsonOf(text),
    };
  }
  return {
    routes,
    ask,
    get: (path: string, init?: RequestInit) => ask('GET', path, init),
    /** As who may change something, unless headers say otherwise. */
    post: (path: string, body?: unknown, headers: Record<string, string> = {}) =>
      ask('POST', path, {
        headers: {
          authorization: `Bearer ${TOKEN}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: what comes over HTTP has the type that the test expects.
function jsonOf(text: string): any {
  return JSON.parse(text);
}

export const segment = (name: string): string => `/circuit-breakers/${encodeURIComponent(name)}`;
