import { expect, it } from 'vitest';
import { errorText } from '../../src/shared/error-text.ts';

it('the text of an error is short, and there is one of whatever was thrown', () => {
  const long = 'x'.repeat(20_000_000);
  const unreadable = new Proxy(new Error('hidden'), {
    get() {
      throw new Error('the getter');
    },
  });
  const texts = [
    new TypeError('no'),
    new Error(long),
    long,
    undefined,
    Symbol('s'),
    Object.create(null),
    unreadable,
  ].map(errorText);
  expect(texts).toEqual([
    'TypeError: no',
    `Error: ${'x'.repeat(500)}`,
    'x'.repeat(500),
    'undefined',
    'Symbol(s)',
    'an error that cannot be read',
    'an error that cannot be read',
  ]);
});
