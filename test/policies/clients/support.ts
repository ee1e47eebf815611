import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { expect, onTestFinished } from 'vitest';
import { createPolicy } from '../../../src/policies/index.ts';
import type { PresetName } from '../../../src/presets/presets.ts';
import { freePort } from '../../support/ports.ts';

/** How often a policy of two calls makes the call, and whether a circuit of one failure is open then. */
export interface Outcome {
  readonly calls: number;
  readonly opened: boolean;
}
/** What is known to be transient. */
export const RETRIED: Outcome = { calls: 2, opened: true };
/** What is not known. */
export const COUNTED: Outcome = { calls: 1, opened: true };
/** What is known to be a mistake of the caller. */
export const IGNORED: Outcome = { calls: 1, opened: false };

/** A call that fails, and what its error must show, so that it is the error that the case is about. */
export type Case = readonly [call: () => unknown, shows: RegExp, expected: Outcome];

/** Makes each call through a policy of the preset, and reports all that have another outcome. */
export async function expectOutcomes(
  preset: PresetName,
  cases: Readonly<Record<string, Case>>,
): Promise<void> {
  const wrong: unknown[] = [];
  for (const [what, [call, shows, expected]] of Object.entries(cases)) {
    const { error, ...outcome } = await outcomeOf(preset, call);
    const isRight = outcome.calls === expected.calls && outcome.opened === expected.opened;
    if (!isRight || !shows.test(error)) wrong.push({ what, error, shows, outcome, expected });
  }
  expect(wrong).toEqual([]);
}

async function outcomeOf(preset: PresetName, call: () => unknown) {
  const policy = createPolicy('client', preset, {
    retry: { calls: 2, strategy: 'fixed', initialDelay: 0, maxDelay: 0, jitter: false },
    circuitBreaker: { consecutiveFailures: 1 },
  });
  let calls = 0;
  let error: unknown;
  try {
    await policy.execute(() => {
      calls++;
      return call();
    });
  } catch (thrown) {
    error = thrown;
  }
  policy.dispose();
  return { calls, opened: policy.circuitBreaker?.state === 1, error: inspect(error) };
}

/** Listens on a free port of loopback until the test ends. */
export async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

/** The port of a server that is gone. */
export const refusedPort = freePort;

/** A server that accepts connections and never answers. */
export const stalledPort = (): Promise<number> => listen(createServer((socket) => socket.resume()));

/** A server that ends each connection with its first byte, or at once. */
export const hangUpPort = (): Promise<number> =>
  listen(createServer((socket) => socket.once('data', () => socket.destroy())));

/** Connections to a server that can be cut, or lose what the server sends. */
export class Link {
  port = 0;
  isStalled = false;
  readonly #sockets = new Set<Socket>();

  static async to(target: number): Promise<Link> {
    const link = new Link();
    link.port = await listen(
      createServer((socket) => {
        const server = connect(target, '127.0.0.1');
        socket.pipe(server);
        server.on('data', (data) => link.isStalled || socket.write(data));
        for (const [one, second] of [
          [socket, server],
          [server, socket],
        ] as const) {
          link.#sockets.add(one);
          one.on('error', () => {}).on('close', () => second.destroy());
        }
      }),
    );
    return link;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }
}
