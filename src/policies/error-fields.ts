/** Reads the fields of an error that the rows of `presets/known-errors` name. */
import type { ErrorField } from '../presets/known-errors/types.ts';
import { readProperty } from './own-options.ts';

/** The names of errors that hold the reply of a Redis server: of ioredis, and of node-redis. */
const REDIS_REPLIES = ['ReplyError', 'ErrorReply', 'SimpleError', 'BlobError'];

/** The values of each field, as text; none where an error does not have the field. */
export function fieldsOf(error: object): Readonly<Record<ErrorField, readonly string[]>> {
  const code = readProperty(error, 'code');
  const name = readProperty(error, 'name');
  const names = textsOf(name, classNameOf(error));
  const messages = textsOf(readProperty(error, 'message'));
  const isOfMongo = names.some((each) => each.startsWith('Mongo'));
  const labels = readProperty(error, 'errorLabels');
  const retryable = readProperty(error, '$retryable');
  return {
    status: textsOf(statusOf(error)),
    code: typeof code === 'string' ? [code] : [],
    name: names,
    message: messages,
    awsName: isObject(readProperty(error, '$metadata')) ? names : [],
    awsRetryable: isObject(retryable)
      ? [readProperty(retryable, 'throttling') === true ? 'throttling' : 'transient']
      : [],
    // mysql2 names it so; pg has it as `code`, beside the severity, and so has postgres.js.
    sqlState: textsOf(
      readProperty(error, 'sqlState'),
      typeof readProperty(error, 'severity') === 'string' ? code : undefined,
    ),
    redisReply: names.some((each) => REDIS_REPLIES.includes(each)) ? messages : [],
    mongoCode: isOfMongo ? textsOf(code) : [],
    mongoLabel: isOfMongo && Array.isArray(labels) ? textsOf(...labels) : [],
    grpcStatus:
      typeof readProperty(error, 'details') === 'string' && Number.isInteger(code)
        ? [`${code}`]
        : [],
    programError: nestedErrors(error).length === 0 ? textsOf(name) : [],
  };
}

/** The HTTP status of an error: its own, that of its `response`, or that of the AWS SDK. */
export function statusOf(error: unknown): number | undefined {
  if (!isObject(error)) return undefined;
  const response = readProperty(error, 'response');
  const metadata = readProperty(error, '$metadata');
  return [
    readProperty(error, 'status'),
    readProperty(error, 'statusCode'),
    isObject(response) ? readProperty(response, 'status') : undefined,
    isObject(response) ? readProperty(response, 'statusCode') : undefined,
    isObject(metadata) ? readProperty(metadata, 'httpStatusCode') : undefined,
  ].find(
    (status): status is number => typeof status === 'number' && status >= 100 && status <= 599,
  );
}

/** The status of a value that is a response, such as that of `fetch`: it has `status` and `ok`. */
export function responseStatusOf(value: unknown): number | undefined {
  if (!isObject(value)) return undefined;
  const status = readProperty(value, 'status');
  return typeof status === 'number' && typeof readProperty(value, 'ok') === 'boolean'
    ? status
    : undefined;
}

/** The errors that are examined for one failure. */
export const MAX_ERRORS = 20;

/** What an error wraps: its `cause`, and the first `errors` of an AggregateError. */
export function nestedErrors(error: object): readonly unknown[] {
  const cause = readProperty(error, 'cause');
  const errors = readProperty(error, 'errors');
  const list = Array.isArray(errors) ? errors.slice(0, MAX_ERRORS) : [];
  return cause === undefined ? list : [cause, ...list];
}

/** Whether an error has a marker property, as those of cockatiel have. */
export function isMarked(error: unknown, marker: string): boolean {
  return isObject(error) && readProperty(error, marker) === true;
}

/** node-redis and openai give all their errors the name `Error`, and one class each. */
function classNameOf(error: object): unknown {
  try {
    return error.constructor.name;
  } catch {
    return undefined;
  }
}

function textsOf(...values: readonly unknown[]): readonly string[] {
  return values
    .filter((value) => typeof value === 'string' || typeof value === 'number')
    .map(String);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
