import { randomBytes } from 'node:crypto';
import { type HealthServer, listen } from 'cockatiel-otel/health';

/** The live page of the demo's policies. */
export interface Live {
  readonly url: string;
  /** Whoever has it may reset and isolate circuit breakers there. */
  readonly token: string;
  readonly close: () => Promise<void>;
}

/** @param port where it is served; any free one if that is taken */
export async function serveLive(port: number): Promise<Live> {
  const token = randomBytes(12).toString('hex');
  const listening = await listenOn(port, token).catch((error: Error) => {
    if (codeOf(error.cause) !== 'EADDRINUSE') throw error;
    return listenOn(0, token);
  });
  return { url: `${listening.url}/live`, token, close: listening.close };
}

function listenOn(port: number, token: string): Promise<HealthServer> {
  return listen({ service: 'the demo', token }, { port });
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
