import { ownProperties } from '../shared/own-properties.ts';
import { assertKeys, expected } from '../shared/validate.ts';

const OPTIONS = ['key', 'preset', 'overrides'];

/** @throws TypeError naming the option and what was expected */
export function assertResilientOptions(options: unknown): asserts options is object {
  assertKeys('options', options, OPTIONS);
  const { key } = ownProperties(options as { key?: unknown });
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

/** What TypeScript gives a decorator with `experimentalDecorators`. */
type LegacyArguments = readonly [target: unknown, name: PropertyKey, descriptor: unknown];

const isLegacy = (args: readonly unknown[]): args is LegacyArguments =>
  typeof args[1] === 'string' || typeof args[1] === 'symbol';

/**
 * The method that a decorator of either kind was given, and what the decorator must return.
 *
 * @param args `(method, context)` of the standard, or `(target, name, descriptor)` of TypeScript with
 *   `experimentalDecorators`
 * @throws TypeError if it is no method
 */
export function decoratedMethod<F>(args: readonly unknown[]): {
  readonly method: F;
  readonly replacedBy: (replacement: F) => unknown;
} {
  if (!isLegacy(args)) {
    const [method, context] = args;
    const { kind = 'class', name } = (context ?? {}) as { kind?: unknown; name?: unknown };
    assertMethod(method, kind, name ?? (method as { name?: unknown } | undefined)?.name);
    return { method: method as F, replacedBy: (replacement) => replacement };
  }
  const [, name, given] = args;
  if (typeof given === 'number') assertMethod(undefined, `parameter ${given} of`, name);
  const descriptor = (given ?? {}) as PropertyDescriptor;
  assertMethod(descriptor.value, legacyKind(descriptor), name);
  return {
    method: descriptor.value as F,
    replacedBy: (replacement) => ({ ...descriptor, value: replacement }),
  };
}

function legacyKind({ value, get, set }: PropertyDescriptor): string {
  if (get) return 'getter';
  if (set) return 'setter';
  return typeof value === 'function' ? 'method' : 'field';
}

function assertMethod(method: unknown, kind: unknown, name: unknown): void {
  if (kind !== 'method' || typeof method !== 'function') {
    throw new TypeError(`Expected \`@resilient\` on a method, got the ${kind} \`${String(name)}\``);
  }
}
