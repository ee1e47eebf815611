import { randomBytes } from 'node:crypto';
import { type HealthServer, listen } from 'cockatiel-otel/health';

/** The live page of the demo's policies. */
export interface LivePage {
  readonly url: string;
  /** Allows operations on the page. */
  readonly token: string;
  readonly close: () => Promise<void>;
}

/** @param port of the page; a free port if it is taken */
export async function serveLivePage(port: number): Promise<LivePage> {
  const token = randomBytes(12).toString('hex');
  const server = await listenOn(port, token).catch((error: Error) => {
    if (errorCodeOf(error.cause) !== 'EADDRINUSE') throw error;
    return listenOn(0, token);
  });
  return { url: `${server.url}/live`, token, close: server.close };
}

function listenOn(port: number, token: string): Promise<HealthServer> {
  return listen({ service: 'the demo', token }, { port });
}

function errorCodeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
