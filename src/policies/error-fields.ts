/** Reads the fields of an error that the rows of `presets/known-errors` name. */
import type { ErrorField } from '../presets/known-errors/types.ts';

/** The names of errors that hold the reply of a Redis server: of ioredis, and of node-redis. */
const REDIS_REPLIES = ['ReplyError', 'ErrorReply', 'SimpleError', 'BlobError'];

/** The values of each field, as text; none where an error does not have the field. */
export function fieldsOf(error: object): Readonly<Record<ErrorField, readonly string[]>> {
  const code = read(error, 'code');
  const name = read(error, 'name');
  const names = textsOf(name, classNameOf(error));
  const messages = textsOf(read(error, 'message'));
  const isOfMongo = names.some((each) => each.startsWith('Mongo'));
  const labels = read(error, 'errorLabels');
  const retryable = read(error, '$retryable');
  return {
    status: textsOf(statusOf(error)),
    code: typeof code === 'string' ? [code] : [],
    name: names,
    message: messages,
    awsName: isObject(read(error, '$metadata')) ? names : [],
    awsRetryable: isObject(retryable)
      ? [read(retryable, 'throttling') === true ? 'throttling' : 'transient']
      : [],
    // mysql2 names it so; pg has it as `code`, beside the severity, and so has postgres.js.
    sqlState: textsOf(
      read(error, 'sqlState'),
      typeof read(error, 'severity') === 'string' ? code : undefined,
    ),
    redisReply: names.some((each) => REDIS_REPLIES.includes(each)) ? messages : [],
    mongoCode: isOfMongo ? textsOf(code) : [],
    mongoLabel: isOfMongo && Array.isArray(labels) ? textsOf(...labels) : [],
    grpcStatus:
      typeof read(error, 'details') === 'string' && Number.isInteger(code) ? [`${code}`] : [],
    programError: nestedErrors(error).length === 0 ? textsOf(name) : [],
  };
}

/** The HTTP status of an error: its own, that of its `response`, or that of the AWS SDK. */
export function statusOf(error: unknown): number | undefined {
  if (!isObject(error)) return undefined;
  const response = read(error, 'response');
  const metadata = read(error, '$metadata');
  return [
    read(error, 'status'),
    read(error, 'statusCode'),
    isObject(response) ? read(response, 'status') : undefined,
    isObject(response) ? read(response, 'statusCode') : undefined,
    isObject(metadata) ? read(metadata, 'httpStatusCode') : undefined,
  ].find(
    (status): status is number => typeof status === 'number' && status >= 100 && status <= 599,
  );
}

/** The status of a value that is a response, such as that of `fetch`: it has `status` and `ok`. */
export function responseStatusOf(value: unknown): number | undefined {
  if (!isObject(value)) return undefined;
  const status = read(value, 'status');
  return typeof status === 'number' && typeof read(value, 'ok') === 'boolean' ? status : undefined;
}

/** The errors that are examined for one failure. */
export const MAX_ERRORS = 20;

/** What an error wraps: its `cause`, and the first `errors` of an AggregateError. */
export function nestedErrors(error: object): readonly unknown[] {
  const cause = read(error, 'cause');
  const errors = read(error, 'errors');
  const list = Array.isArray(errors) ? errors.slice(0, MAX_ERRORS) : [];
  return cause === undefined ? list : [cause, ...list];
}

/** Whether an error has a marker property, as those of cockatiel have. */
export function isMarked(error: unknown, marker: string): boolean {
  return isObject(error) && read(error, marker) === true;
}

/** A getter that throws has no value, and neither has what a polluted `Object.prototype` adds. */
function read(value: object, key: string): unknown {
  try {
    if (Object.hasOwn(Object.prototype, key) && !hasBelowObject(value, key)) return undefined;
    return (value as Readonly<Record<string, unknown>>)[key];
  } catch {
    return undefined;
  }
}

/** Whether an object or a class of it has the property. */
function hasBelowObject(value: object, key: string): boolean {
  let holder: object | null = value;
  while (holder !== null && holder !== Object.prototype) {
    if (Object.hasOwn(holder, key)) return true;
    holder = Object.getPrototypeOf(holder);
  }
  return false;
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
