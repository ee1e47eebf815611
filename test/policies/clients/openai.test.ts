import { createServer } from 'node:http';
import OpenAI from 'openai';
import { it } from 'vitest';
import {
  COUNTED,
  expectOutcomes,
  hangUpPort,
  IGNORED,
  listen,
  RETRIED,
  refusedPort,
  stalledPort,
} from './support.ts';

/** A call of the client, without retries of its own. */
const callTo = (port: number, signal?: AbortSignal) => async () =>
  new OpenAI({
    apiKey: 'test',
    baseURL: `http://127.0.0.1:${port}`,
    maxRetries: 0,
    timeout: 200,
  }).chat.completions.create(
    { model: 'test', messages: [{ role: 'user', content: 'hello' }] },
    { signal },
  );

async function answers(status: number, body = '{}'): Promise<number> {
  return listen(
    createServer((_, response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    }),
  );
}

it('classifies the errors of openai', async () => {
  const late = AbortSignal.timeout(50);
  await expectOutcomes('llm', {
    refused: [callTo(await refusedPort()), /ECONNREFUSED/, RETRIED],
    'hung up': [callTo(await hangUpPort()), /UND_ERR_SOCKET/, RETRIED],
    'timed out': [callTo(await stalledPort()), /APIConnectionTimeoutError/, RETRIED],
    'aborted by another': [callTo(await stalledPort(), late), /APIUserAbortError/, RETRIED],
    503: [callTo(await answers(503)), /status: 503/, RETRIED],
    429: [callTo(await answers(429)), /status: 429/, RETRIED],
    malformed: [callTo(await answers(200, '<html>')), /SyntaxError/, COUNTED],
    400: [callTo(await answers(400)), /status: 400/, IGNORED],
    401: [callTo(await answers(401)), /status: 401/, IGNORED],
    404: [callTo(await answers(404)), /status: 404/, IGNORED],
  });
});
