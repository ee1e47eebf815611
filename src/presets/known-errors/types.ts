/**
 * The known errors of clients, as data: policies classify errors by these rows, and the table in
 * `docs/policies.md` is generated from them.
 */

/**
 * `transient`: the dependency failed and may recover; the call is retried and counts for the circuit.
 * `caller`: the dependency works and refused the call, or the program is wrong; the call is neither
 * retried nor counted.
 */
export type Meaning = 'transient' | 'caller';

/** The fields of an error, and how each is read. */
export const ERROR_FIELDS = {
  status:
    'the HTTP status: `status`, `statusCode`, that of `response`, or `$metadata.httpStatusCode`',
  code: '`code`, if it is a string',
  name: '`name`, or the name of the class',
  message: '`message`',
  awsName: '`name` of an error with `$metadata`',
  awsRetryable:
    '`throttling` if `$retryable.throttling` is set, else `transient` for any `$retryable`',
  sqlState: '`sqlState`, or the `code` of an error with `severity`',
  redisReply: '`message` of the error for an error reply of a Redis server',
  mongoCode: '`code` of an error whose name starts with `Mongo`',
  mongoLabel: '`errorLabels` of such an error',
  grpcStatus: '`code` of an error with `details`, if it is a number',
  programError: '`name` of an error that has neither `cause` nor `errors`',
} as const;

export type ErrorField = keyof typeof ERROR_FIELDS;

export interface KnownError {
  /** The client or protocol, for the table. */
  readonly client: string;
  readonly meaning: Meaning;
  /** What happened, for the table. */
  readonly what: string;
  readonly field: ErrorField;
  /** As text. A value that ends in `*` matches all values with that prefix. */
  readonly values: readonly string[];
  /** Where client or protocol documents the values: a URL, or a file of the client's package. */
  readonly source: string;
}

/** Adds client and source to each row. */
export function rowsOf(
  client: string,
  source: string,
  rows: readonly (Omit<KnownError, 'client' | 'source'> & { readonly source?: string })[],
): readonly KnownError[] {
  return rows.map((row) => ({ client, source, ...row }));
}
