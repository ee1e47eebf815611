import { rowsOf } from './types.ts';

const HTTP = 'https://www.rfc-editor.org/rfc/rfc9110.html#name-status-codes';

/** Also the statuses of HTTP clients such as axios, got and openai, and of the AWS SDK. */
export const HTTP_ERRORS = rowsOf('HTTP', HTTP, [
  {
    meaning: 'transient',
    what: 'too many requests, the request timed out, the server failed',
    field: 'status',
    values: ['408', '429', '5*'],
  },
  { meaning: 'caller', what: 'the server refused the request', field: 'status', values: ['4*'] },
]);

export const LLM_ERRORS = rowsOf('openai', '`core/error.ts` of `openai`', [
  {
    meaning: 'transient',
    what: 'no connection, timed out, aborted by a signal that is not the caller’s',
    field: 'name',
    values: ['APIConnectionError', 'APIConnectionTimeoutError', 'APIUserAbortError'],
  },
  {
    meaning: 'transient',
    what: 'the same, where a bundler shortened the names of classes',
    field: 'message',
    values: ['Request timed out.', 'Connection error.', 'Request was aborted.'],
  },
]);
