import * as v from 'valibot';
import { redact } from '../../shared/redact.ts';
import { CliError, EXIT_CODES } from '../cli-error.ts';
import { escapeControls } from '../output/escape.ts';
import type { Connection } from './connection.ts';
import { describeNetworkError } from './network-error.ts';
import { Patience } from './patience.ts';
import { responseError, unexpectedResponse } from './response-error.ts';

/** More than thousands of policies fill. */
const MAX_BYTES = 16 * 1024 * 1024;

interface Request {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: unknown;
  /** Whoever asked no longer waits. */
  readonly signal?: AbortSignal;
  /** A status that is no refusal, beside those of success. */
  readonly fine?: number;
}

export interface ServiceResponse<T> {
  readonly value: T;
  /** All of it, as it came. */
  readonly json: unknown;
  /** What time it was at the service, in ms since 1970; ages are by its clock. */
  readonly at: number;
}

/**
 * Asks the health routes for what the schema tells.
 *
 * @throws Ending with one sentence if there is no such answer in time
 */
export async function request<S extends v.GenericSchema>(
  { url, timeoutSeconds, token }: Connection,
  path: string,
  schema: S,
  { method = 'GET', body, signal, fine }: Request = {},
): Promise<ServiceResponse<v.InferOutput<S>>> {
  const patience = new Patience(timeoutSeconds, signal);
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${url}${path}`, {
      method,
      // Whoever it sends to would get the token.
      redirect: 'manual',
      signal: patience.signal,
      headers: {
        accept: 'application/json, application/problem+json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    text = await read(response);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof CliError) throw error;
    const cause = patience.signal.aborted
      ? `none came within ${timeoutSeconds} s`
      : escapeControls(redact(describeNetworkError(error)));
    throw new CliError(`No answer from ${url}: ${cause}`, EXIT_CODES.noAnswer);
  } finally {
    patience.end();
  }
  const told = parsed(text);
  const { status, ok, headers } = response;
  const result = v.safeParse(schema, told, { abortEarly: true });
  if ((ok || status === fine) && result.success) {
    const date = Date.parse(headers.get('date') ?? '');
    return { value: result.output, json: told, at: Number.isNaN(date) ? Date.now() : date };
  }
  if (ok && told !== undefined) {
    const [issue] = result.issues ?? [];
    const where = issue ? v.getDotPath(issue) : null;
    const got = `an answer in which ${where === null ? 'all' : escapeControls(where)} is another`;
    throw new CliError(unexpectedResponse(url, got), EXIT_CODES.noAnswer);
  }
  throw responseError(url, { status, headers, told, method }, token !== undefined);
}

/** The text of an answer that ends. */
async function read(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) {
      throw new CliError(
        unexpectedResponse(response.url, `more than ${MAX_BYTES / 1024 / 1024} MiB`),
        EXIT_CODES.noAnswer,
      );
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
