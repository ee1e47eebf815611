import * as v from 'valibot';
import { followSignal } from '../../shared/abort-signals.ts';
import { escapeControls } from '../../shared/escape-controls.ts';
import { redact } from '../../shared/redact.ts';
import { CliError, EXIT_CODES } from './cli-error.ts';
import { describeNetworkError } from './network-error.ts';
import { toResponseError, unexpectedResponse } from './response-error.ts';

/** A response about thousands of policies is smaller. */
const MAX_BYTES = 16 * 1024 * 1024;

/** The health routes of a service, and how to reach them. */
export interface Connection {
  readonly url: string;
  readonly timeoutSeconds: number;
  readonly token: string | undefined;
}

interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: unknown;
  /** Aborts the request. */
  readonly signal?: AbortSignal;
  /** An error status whose body has the expected shape all the same. */
  readonly acceptStatus?: number;
}

export interface ServiceResponse<T> {
  readonly value: T;
  /** The whole body, including fields that the schema does not name. */
  readonly json: unknown;
  /** The time of the service's clock, in ms since 1970: ages are relative to it. */
  readonly at: number;
}

/**
 * Sends a request to the health routes and validates the response.
 *
 * @throws CliError with one sentence if there is no valid response in time
 */
export async function request<S extends v.GenericSchema>(
  connection: Connection,
  path: string,
  schema: S,
  options: RequestOptions = {},
): Promise<ServiceResponse<v.InferOutput<S>>> {
  const { response, text } = await fetchText(connection, path, options);
  const { url, token } = connection;
  const { status, ok, headers } = response;
  const json = parseJson(text);
  const result = v.safeParse(schema, json, { abortEarly: true });
  if ((ok || status === options.acceptStatus) && result.success) {
    const date = Date.parse(headers.get('date') ?? '');
    return { value: result.output, json, at: Number.isNaN(date) ? Date.now() : date };
  }
  if (ok && json !== undefined) {
    const [issue] = result.issues ?? [];
    const field = issue && v.getDotPath(issue);
    const place = field ? ` at \`${escapeControls(field)}\`` : '';
    throw new CliError(
      unexpectedResponse(url, `JSON of an unexpected shape${place}`),
      EXIT_CODES.noResponse,
    );
  }
  const method = options.method ?? 'GET';
  throw toResponseError(url, { status, headers, json, method }, token !== undefined);
}

async function fetchText(
  { url, timeoutSeconds, token }: Connection,
  path: string,
  { method = 'GET', body, signal }: RequestOptions,
): Promise<{ response: Response; text: string }> {
  const [controller, release] = followSignal(signal ?? new AbortController().signal);
  const timer = setTimeout(() => controller.abort(), timeoutSeconds * 1000);
  try {
    const response = await fetch(`${url}${path}`, {
      method,
      // The target of a redirect must not receive the token.
      redirect: 'manual',
      signal: controller.signal,
      headers: {
        accept: 'application/json, application/problem+json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { response, text: await readBody(response) };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof CliError) throw error;
    const reason = controller.signal.aborted
      ? `timed out after ${timeoutSeconds} s`
      : escapeControls(redact(describeNetworkError(error)));
    throw new CliError(`No response from ${url}: ${reason}`, EXIT_CODES.noResponse);
  } finally {
    clearTimeout(timer);
    release();
  }
}

/** @throws CliError if the body is larger than `MAX_BYTES` */
async function readBody(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) {
      throw new CliError(
        unexpectedResponse(response.url, `more than ${MAX_BYTES / 1024 / 1024} MiB`),
        EXIT_CODES.noResponse,
      );
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
