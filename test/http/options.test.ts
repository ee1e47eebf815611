import { expect, it } from 'vitest';
import { createFetch, type FetchOptions } from '../../src/http/index.ts';

it.each([
  [{ retries: 3 }, 'Expected `options` to have only preset, overrides, refreshToken,'],
  [null, 'Expected `options` to be an object, got null'],
  [{ overrides: 1 }, 'Expected `options.overrides` to be an object, got 1'],
  [{ refreshToken: 'token' }, 'Expected `options.refreshToken` to be a function, got "token"'],
  [{ nullOn404: 1 }, 'Expected `options.nullOn404` to be a boolean, got 1'],
  [{ throwOnStatus: 'yes' }, 'Expected `options.throwOnStatus` to be a boolean, got "yes"'],
  [
    { maxRetryAfterSeconds: 0 },
    'Expected `options.maxRetryAfterSeconds` to be a number of seconds, above 0 and at most 2147483, got 0',
  ],
  [
    { refreshTimeoutSeconds: Number.NaN },
    'Expected `options.refreshTimeoutSeconds` to be a number',
  ],
  [{ refreshTimeoutSeconds: 1e10 }, 'Expected `options.refreshTimeoutSeconds` to be a number'],
  [
    { correlationHeader: 'X Id' },
    'Expected `options.correlationHeader` to be the name of a header, or false, got "X Id"',
  ],
  [{ correlationHeader: true }, 'Expected `options.correlationHeader` to be the name of a header'],
  [
    { maxBodyBytes: 0 },
    'Expected `options.maxBodyBytes` to be a number of bytes, an integer of at',
  ],
  [{ fetch: {} }, 'Expected `options.fetch` to be a function, got an object'],
])('takes no options like %j', (options, message) => {
  expect(() => createFetch('service', options as FetchOptions)).toThrow(
    expect.objectContaining({ name: 'TypeError', message: expect.stringContaining(message) }),
  );
});

it.each([[''], [' '], [undefined], [1]])('takes no name like %j', (name) => {
  expect(() => createFetch(name as string)).toThrow('Expected `name` to be');
});
