import { ownOptions } from '../../shared/validate.ts';
import { assertFunction, assertMethods } from '../supervision/options.ts';
import type { ConnectionAdapter, ConnectionHandlers } from '../supervision/types.ts';

/**
 * The part of a WebSocket that its adapter uses; of the browser's, of Node's and of `ws`.
 *
 * @example
 * const socket: WebSocketLike = new WebSocket('wss://example.com');
 */
export interface WebSocketLike {
  /** 1 while the socket is open. */
  readonly readyState: number;
  /** Closes the socket and waits for the server. */
  close(): void;
  /** Adds a listener. */
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void;
}

/**
 * Options of `webSocket`.
 *
 * @example
 * const options: WebSocketOptions<WebSocket> = { probe: (socket) => askForPong(socket) };
 */
export interface WebSocketOptions<S> {
  /**
   * Resolves if the server answers. Needed for sockets without `ping`, such as the browser's: without it,
   * only a closed socket is noticed.
   * @default ping and pong, if the socket has `ping`
   */
  readonly probe?: (socket: S, signal: AbortSignal) => Promise<unknown>;
}

/** What `ws` has beyond the browser's WebSocket. */
interface NodeSocket {
  ping?: () => void;
  once?: (event: 'pong', listener: () => void) => void;
  terminate?: () => void;
}

const OPEN = 1;

/**
 * Supervises a WebSocket. A closed socket is spent, so a function creates each of them. Add your
 * listeners for messages in that function.
 *
 * @throws TypeError if an argument is invalid
 * @example
 * const feed = superviseConnection('feed', webSocket(() => new WebSocket('wss://example.com')));
 * (await feed.ready()).send('hello');
 */
export function webSocket<S extends WebSocketLike>(
  create: () => S,
  options: WebSocketOptions<S> = {},
): ConnectionAdapter<S> {
  assertFunction('create', create);
  const { probe = ping } = ownOptions('options', options, ['probe']);
  assertFunction('options.probe', probe);
  let handlers: ConnectionHandlers | undefined;
  let socket: S | undefined;

  function current(): S {
    if (socket === undefined) throw new Error('Expected an open socket: await `ready()` first');
    return socket;
  }

  return {
    current,
    listen(next) {
      handlers = next;
      return () => {
        handlers = undefined;
      };
    },
    async probe(signal) {
      const present = current();
      if (present.readyState !== OPEN) throw new Error('the socket is not open');
      await probe(present, signal);
    },
    cut() {
      if (socket) drop(socket);
    },
    async revive(signal) {
      const next = await open(create, signal);
      const previous = socket;
      socket = next;
      next.addEventListener('close', () => {
        if (socket === next) handlers?.ended();
      });
      if (previous) drop(previous);
      // It may have closed in the turn in which it opened.
      if (next.readyState !== OPEN) throw new Error('the socket closed');
    },
  };
}

function open<S extends WebSocketLike>(create: () => S, signal: AbortSignal): Promise<S> {
  return new Promise((resolve, reject) => {
    const socket = create();
    assertMethods('create()', socket, ['addEventListener', 'close']);
    socket.addEventListener('open', () => resolve(socket));
    // An error is followed by `close`; without a listener, that of `ws` would end the process.
    socket.addEventListener('error', () => {});
    socket.addEventListener('close', () => reject(new Error('the socket closed')));
    signal.addEventListener(
      'abort',
      () => {
        if (socket.readyState !== OPEN) drop(socket);
      },
      { once: true },
    );
    if (socket.readyState === OPEN) resolve(socket);
  });
}

function ping(socket: WebSocketLike & NodeSocket): Promise<void> {
  if (!socket.ping || !socket.once) return Promise.resolve();
  return new Promise((resolve) => {
    socket.once?.('pong', resolve);
    socket.ping?.();
  });
}

/** `close` would wait for the server. */
function drop(socket: WebSocketLike & NodeSocket): void {
  if (socket.terminate) socket.terminate();
  else socket.close();
}
