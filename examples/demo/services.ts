import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LIMITS, POLICIES } from '../../src/presets/thresholds.ts';
import { scaled } from './scale.ts';

export type ServiceName = 'servicenow' | 'workday' | 'database' | 'llm' | 'auth';

export type ServiceCondition = 'healthy' | 'slow' | 'failing' | 'down' | 'recovering';

export interface ServiceSpec {
  readonly name: ServiceName;
  readonly label: string;
  readonly callsPerSecond: number;
  /** The shortest and longest latency of the healthy service, in milliseconds. */
  readonly latency: readonly [number, number];
  /** The documented timeout of the client; a slow service has latencies around it. */
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
    // Enough calls for the alert NetworkDegradation when a third of them time out.
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

/** For each condition, the share of errors and the factor of the latency. */
const ERRORS_AND_LATENCY: Readonly<
  Record<Exclude<ServiceCondition, 'slow' | 'down'>, [number, number]>
> = {
  healthy: [0, 1],
  failing: [0.5, 1],
  recovering: [0.1, 1.5],
};

/** The path of the health check, which does not reflect errors of single calls. */
export const HEALTH = '/health';

/** The shortest and longest latency of a health check, in milliseconds. */
const HEALTH_LATENCY = [1, 5] as const;
const { seconds: slowSeconds } = LIMITS.healthCheck;
const SLOW_HEALTH_LATENCY = [scaled(1.3 * slowSeconds), scaled(1.5 * slowSeconds)] as const;

const ERROR_STATUSES = [500, 503, 503, 503, 429];

interface Response {
  /** Milliseconds. */
  readonly latency: number;
  readonly status: number;
}

/** An HTTP service on loopback with a configurable condition. */
export class Service {
  readonly spec: ServiceSpec;
  condition: ServiceCondition = 'healthy';
  readonly #server = createServer(({ url }, response) => {
    this.#respond(response, url === HEALTH ? this.#healthResponse() : this.#callResponse());
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

  setCondition(condition: ServiceCondition): void {
    this.condition = condition;
    if (condition === 'down') this.#server.closeAllConnections();
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #respond(response: ServerResponse, { latency, status }: Response): void {
    setTimeout(() => {
      if (this.condition === 'down') response.destroy();
      else response.writeHead(status, { 'content-type': 'text/plain' }).end(this.spec.label);
    }, latency);
  }

  #healthResponse(): Response {
    const latency = this.condition === 'slow' ? SLOW_HEALTH_LATENCY : HEALTH_LATENCY;
    return { latency: between(...latency), status: 200 };
  }

  #callResponse(): Response {
    const { condition, spec } = this;
    if (condition === 'slow' || condition === 'down') {
      const limit = scaled(spec.timeoutSeconds);
      return { latency: between(0.6 * limit, 1.2 * limit), status: 200 };
    }
    const [errors, factor] = ERRORS_AND_LATENCY[condition];
    const [shortest, longest] = spec.latency;
    return {
      latency: factor * between(shortest, longest),
      status: Math.random() < errors ? pick(ERROR_STATUSES) : 200,
    };
  }
}

function between(low: number, high: number): number {
  return low + Math.random() * (high - low);
}

function pick<T>(values: readonly T[]): T {
  return values[Math.floor(Math.random() * values.length)] as T;
}
