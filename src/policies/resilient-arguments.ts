import { assertKeys, expected } from '../options.ts';
import type { ResilientOptions } from './resilient.ts';

const OPTIONS = ['key', 'preset', 'overrides'];

/** @throws TypeError naming the option and what was expected */
export function assertResilientOptions(options: unknown): asserts options is ResilientOptions {
  assertKeys('options', options, OPTIONS);
  const { key } = options as { key?: unknown };
  if (key !== undefined && typeof key !== 'string' && typeof key !== 'function') {
    throw expected('`options.key` to be a string or a function', key);
  }
}

/** @throws TypeError if the function's work would be done after it has returned */
export function assertFunction(fn: object): void {
  const tag = Object.prototype.toString.call(fn);
  if (tag === '[object GeneratorFunction]' || tag === '[object AsyncGeneratorFunction]') {
    throw new TypeError(
      'Expected a function that returns a value or a promise, got a generator: its work begins when it is read, outside of any policy',
    );
  }
}

/** @throws TypeError if it is no method, or the decorators are not those of the standard */
export function assertMethod(method: unknown, context: unknown): void {
  const { kind, name } = (typeof context === 'object' && context !== null ? context : {}) as {
    kind?: unknown;
    name?: unknown;
  };
  if (kind === undefined) {
    throw new TypeError(
      'Expected `@resilient` to be called as a standard decorator, got another: is `experimentalDecorators` on?',
    );
  }
  if (kind !== 'method' || typeof method !== 'function') {
    throw new TypeError(`Expected \`@resilient\` on a method, got the ${kind} \`${String(name)}\``);
  }
}
