/** Reads the fields of an error that the rows of `presets/known-errors` name. */
import type { ErrorField } from '../../presets/known-errors/types.ts';
import { readProperty } from '../../shared/validate.ts';

/** The names of errors that hold the reply of a Redis server: of ioredis, and of node-redis. */
const REDIS_REPLIES: readonly unknown[] = ['ReplyError', 'ErrorReply', 'SimpleError', 'BlobError'];

/** The fields that an error has, with their values as text. */
export function fieldsOf(error: object): readonly (readonly [ErrorField, string])[] {
  const fields: [ErrorField, string][] = [];
  const add = (field: ErrorField, value: unknown) => {
    if (typeof value === 'string' || typeof value === 'number') fields.push([field, `${value}`]);
  };
  const code = readProperty(error, 'code');
  const name = readProperty(error, 'name');
  const message = readProperty(error, 'message');
  const className = classNameOf(error);
  const names = className === name ? [name] : [name, className];

  add('status', statusOf(error));
  if (typeof code === 'string') add('code', code);
  for (const errorName of names) add('name', errorName);
  add('message', message);
  if (isObject(readProperty(error, '$metadata'))) add('awsName', name);
  const retryable = readProperty(error, '$retryable');
  if (isObject(retryable)) {
    add(
      'awsRetryable',
      readProperty(retryable, 'throttling') === true ? 'throttling' : 'transient',
    );
  }
  // mysql2 names it so; pg has it as `code`, beside the severity, and so has postgres.js.
  add('sqlState', readProperty(error, 'sqlState'));
  if (typeof readProperty(error, 'severity') === 'string') add('sqlState', code);
  if (names.some((errorName) => REDIS_REPLIES.includes(errorName))) add('redisReply', message);
  if (names.some((errorName) => typeof errorName === 'string' && errorName.startsWith('Mongo'))) {
    add('mongoCode', code);
    const labels = readProperty(error, 'errorLabels');
    if (Array.isArray(labels)) for (const label of labels) add('mongoLabel', label);
  }
  if (typeof code === 'number' && typeof readProperty(error, 'details') === 'string') {
    add('grpcStatus', code);
  }
  if (nestedErrors(error).length === 0) add('programError', name);
  return fields;
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

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
