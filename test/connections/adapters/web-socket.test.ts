import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket as ReconnectingWebSocket } from 'partysocket';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import {
  type SuperviseOptions,
  superviseConnection,
  webSocket,
} from '../../../src/connections/index.ts';
import { reaches, settledWithin, TIMED } from '../support/states.ts';

const PROBE = { interval: 200, timeout: 300 };

let server: WebSocketServer;
let proxy: TestProxy;
beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket) => socket.on('message', (data) => socket.send(`${data}`)));
  await once(server, 'listening');
  proxy = await TestProxy.to((server.address() as AddressInfo).port);
});
afterEach(() => {
  proxy.close();
  for (const socket of server.clients) socket.terminate();
  server.close();
});

/** Connections that can be cut, or become half-open: the data of neither side arrives. */
class TestProxy {
  isSilent = false;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(target: number) {
    this.#server = createServer((socket) => {
      const upstream = connect(target, '127.0.0.1');
      for (const [from, to] of [
        [socket, upstream],
        [upstream, socket],
      ] as const) {
        this.#sockets.add(from);
        from.on('error', () => {}).on('close', () => to.destroy());
        from.on('data', (data) => this.isSilent || to.write(data));
      }
    });
  }

  static async to(target: number): Promise<TestProxy> {
    const proxy = new TestProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  close(): void {
    this.#server.close();
    this.cut();
  }
}

function supervise<A extends Parameters<typeof superviseConnection>[1]>(
  adapter: A,
  options: SuperviseOptions = {},
) {
  const feed = superviseConnection('feed', adapter, {
    probe: PROBE,
    initialDelay: 200,
    connectTimeout: 1000,
    ...options,
  });
  onTestFinished(() => {
    feed.dispose();
    (feed.current() as { close(): void }).close();
  });
  return feed;
}

async function echo(socket: { send(data: string): void; addEventListener: unknown }) {
  const target = socket as unknown as EventTarget;
  const message = new Promise<unknown>((resolve) =>
    target.addEventListener('message', (event) => resolve((event as MessageEvent).data), {
      once: true,
    }),
  );
  socket.send('hello');
  return message;
}

it('opens a socket, and replaces it within a second of each of ten cuts', TIMED, async () => {
  const feed = supervise(
    webSocket(() => new WebSocket(proxy.url)),
    { stableFor: 0 },
  );
  await feed.ready();
  for (let i = 0; i < 10; i++) {
    await sleep(20);
    const lost = reaches(feed, 'stalled');
    proxy.cut();
    expect(await lost).toBeLessThan(100);
    expect(await reaches(feed, 'connected')).toBeLessThan(1000);
  }
  expect(await echo(feed.current() as WebSocket)).toBe('hello');
});

it('notices a half-open connection, which a bare socket never does', TIMED, async () => {
  const bare = new WebSocket(proxy.url);
  await once(bare, 'open');
  const feed = supervise(webSocket(() => new WebSocket(proxy.url)));
  await feed.ready();
  proxy.isSilent = true;
  expect(await reaches(feed, 'stalled')).toBeLessThan(PROBE.interval + PROBE.timeout + 150);
  expect(await settledWithin(1000, once(bare, 'close'))).toBe('pending');
  expect(bare.readyState).toBe(WebSocket.OPEN);
  proxy.isSilent = false;
  await reaches(feed, 'connected');
  expect(await echo(feed.current() as WebSocket)).toBe('hello');
  bare.terminate();
});

it(
  'supervises a reconnecting socket of the browser style with a probe of the application',
  TIMED,
  async () => {
    const create = () =>
      new ReconnectingWebSocket(proxy.url, [], { WebSocket, maxReconnectionDelay: 300 });
    const bare = create();
    await new Promise((resolve) => bare.addEventListener('open', resolve));
    const feed = supervise(webSocket(create, { probe: echo }));
    await feed.ready();
    proxy.isSilent = true;
    expect(await reaches(feed, 'stalled')).toBeLessThan(PROBE.interval + PROBE.timeout + 150);
    expect(bare.readyState).toBe(WebSocket.OPEN);
    proxy.isSilent = false;
    await reaches(feed, 'connected');
    expect(await echo(feed.current() as ReconnectingWebSocket)).toBe('hello');
    bare.close();
  },
);

it('rejects invalid arguments', () => {
  expect(() => webSocket('url' as never)).toThrow('Expected `create` to be a function, got "url"');
  expect(() => webSocket(() => new WebSocket(''), { ping: 1 } as object)).toThrow('`ping`');
});
