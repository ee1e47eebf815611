import { expect, it } from 'vitest';
import { createFetch, type FetchOptions } from '../../src/http/index.ts';

const INVALID: readonly (readonly [options: unknown, message: string])[] = [
  [{ retries: 3 }, 'Expected `options` to have only preset, overrides, refreshToken,'],
  [null, 'Expected `options` to be an object, got null'],
  [{ overrides: 1 }, 'Expected `options.overrides` to be an object, got 1'],
  [{ refreshToken: 'token' }, 'Expected `options.refreshToken` to be a function, got "token"'],
  [{ nullOn404: 1 }, 'Expected `options.nullOn404` to be a boolean, got 1'],
  [{ throwOnStatus: 'yes' }, 'Expected `options.throwOnStatus` to be a boolean, got "yes"'],
  [
    { maxRetryAfter: 0 },
    'Expected `options.maxRetryAfter` to be milliseconds from 1 to 2147483647, got 0',
  ],
  [{ refreshTimeout: Number.NaN }, 'Expected `options.refreshTimeout` to be milliseconds from'],
  [{ refreshTimeout: 1e10 }, 'Expected `options.refreshTimeout` to be milliseconds from'],
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
];

it('throws an error that names the invalid option, the expectation and the value', () => {
  for (const [options, message] of INVALID) {
    expect
      .soft(() => createFetch('service', options as FetchOptions))
      .toThrow(
        expect.objectContaining({ name: 'TypeError', message: expect.stringContaining(message) }),
      );
  }
});

it('throws for a name that is no text with characters', () => {
  for (const name of ['', ' ', undefined, 1]) {
    expect.soft(() => createFetch(name as string)).toThrow('Expected `name` to be');
  }
});
