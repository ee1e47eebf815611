import { ReadOnlyError } from '../supervision/types.ts';

/**
 * The part of a client of pg that its adapters use.
 *
 * @example
 * const client: PgClient = new Client();
 */
export interface PgClient {
  /** Connects; a client connects once in its life. */
  connect(): Promise<unknown>;
  /** Sends a query. */
  query(text: string): Promise<{ readonly rows: readonly unknown[] }>;
  /** Ends the client. */
  end(): Promise<unknown>;
  /** Adds a listener. */
  on(event: string, listener: () => void): unknown;
}

/**
 * Options of `pgClient` and `pgPool`.
 *
 * @example
 * const options: PgOptions = { writes: true };
 */
export interface PgOptions {
  /**
   * Whether the server must accept writes. A server that was demoted to a replica still answers queries.
   * @default false
   */
  readonly writes?: boolean;
}

/** @throws ReadOnlyError if the server must accept writes and does not */
export async function check(client: Pick<PgClient, 'query'>, writes: boolean): Promise<void> {
  const { rows } = await client.query(writes ? 'SHOW transaction_read_only' : 'SELECT 1');
  const [row] = rows as readonly { transaction_read_only?: string }[];
  if (row?.transaction_read_only === 'on') throw new ReadOnlyError();
}

/** Destroys the socket, because the polite end waits for the server. */
export function destroy(client: object): void {
  const { connection } = client as { connection?: { stream?: { destroy?: () => void } } };
  connection?.stream?.destroy?.();
}

/** Connects a new client and runs a function; aborting the signal destroys the client. */
export async function connectNew<C extends PgClient>(
  create: () => C,
  signal: AbortSignal,
): Promise<C> {
  const client = create();
  // Without a listener, the loss of the connection would end the process.
  client.on('error', () => {});
  const abort = () => destroy(client);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await client.connect();
    signal.throwIfAborted();
    return client;
  } catch (error) {
    destroy(client);
    throw error;
  }
}
