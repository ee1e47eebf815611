import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LIMITS, POLICIES } from '../../src/presets/thresholds.ts';
import { scaled } from './scale.ts';

export type ServiceName = 'servicenow' | 'workday' | 'database' | 'llm' | 'auth';

export type Condition = 'healthy' | 'slow' | 'failing' | 'down' | 'recovering';

export interface ServiceSpec {
  readonly name: ServiceName;
  readonly label: string;
  /** How often the client calls. */
  readonly callsPerSecond: number;
  /** The shortest and the longest answer of a healthy day, in ms. */
  readonly latency: readonly [number, number];
  /** How long the client waits, in documented seconds: what is slow is slow for that. */
  readonly timeoutSeconds: number;
}

const { timeout } = POLICIES;

export const SERVICES: readonly ServiceSpec[] = [
  {
    name: 'servicenow',
    label: 'ServiceNow',
    callsPerSecond: 20,
    latency: [20, 60],
    timeoutSeconds: timeout.http.seconds,
  },
  {
    name: 'workday',
    label: 'Workday',
    // So many that a third of them, timed out, are a degraded network and no chance.
    callsPerSecond: 25,
    latency: [30, 90],
    timeoutSeconds: timeout.httpService.seconds,
  },
  {
    name: 'database',
    label: 'Database',
    callsPerSecond: 40,
    latency: [3, 15],
    timeoutSeconds: timeout.db.seconds,
  },
  {
    name: 'llm',
    label: 'LLM',
    callsPerSecond: 14,
    latency: [150, 400],
    timeoutSeconds: timeout.llm.seconds,
  },
  {
    name: 'auth',
    label: 'Auth',
    callsPerSecond: 30,
    latency: [2, 8],
    timeoutSeconds: timeout.auth.seconds,
  },
];

/** How a service behaves: the share of errors, and by how much its answers are late. */
const BEHAVIOUR: Readonly<Record<Exclude<Condition, 'slow' | 'down'>, [number, number]>> = {
  healthy: [0, 1],
  failing: [0.5, 1],
  recovering: [0.1, 1.5],
};

/** Where a service says how it is. It does not know of errors that only some callers see. */
export const HEALTH = '/health';

/** The shortest and the longest answer to that, in ms: of one that is well, and of one under load. */
const HEALTH_LATENCY = [1, 5] as const;
const { seconds: slowSeconds } = LIMITS.healthCheck;
const SLOW_HEALTH_LATENCY = [scaled(1.3 * slowSeconds), scaled(1.5 * slowSeconds)] as const;

const ERRORS = [500, 503, 503, 503, 429];

interface Behaviour {
  /** Milliseconds. */
  readonly latency: number;
  readonly status: number;
}

/** A real HTTP service on loopback, as healthy as it is told to be. */
export class Service {
  readonly spec: ServiceSpec;
  condition: Condition = 'healthy';
  readonly #server = createServer(({ url }, response) => {
    this.#answer(response, url === HEALTH ? this.#health() : this.#behave());
  });

  constructor(spec: ServiceSpec) {
    this.spec = spec;
    this.#server.on('connection', (socket) => {
      if (this.condition === 'down') socket.resetAndDestroy();
    });
  }

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  become(condition: Condition): void {
    this.condition = condition;
    if (condition === 'down') this.#server.closeAllConnections();
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer(response: ServerResponse, { latency, status }: Behaviour): void {
    setTimeout(() => {
      if (this.condition === 'down') response.destroy();
      else response.writeHead(status, { 'content-type': 'text/plain' }).end(this.spec.label);
    }, latency);
  }

  #health(): Behaviour {
    const latency = this.condition === 'slow' ? SLOW_HEALTH_LATENCY : HEALTH_LATENCY;
    return { latency: between(...latency), status: 200 };
  }

  #behave(): Behaviour {
    const { condition, spec } = this;
    if (condition === 'slow' || condition === 'down') {
      const limit = scaled(spec.timeoutSeconds);
      return { latency: between(0.6 * limit, 1.2 * limit), status: 200 };
    }
    const [errors, factor] = BEHAVIOUR[condition];
    const [shortest, longest] = spec.latency;
    return {
      latency: factor * between(shortest, longest),
      status: Math.random() < errors ? pick(ERRORS) : 200,
    };
  }
}

function between(low: number, high: number): number {
  return low + Math.random() * (high - low);
}

function pick<T>(values: readonly T[]): T {
  return values[Math.floor(Math.random() * values.length)] as T;
}
