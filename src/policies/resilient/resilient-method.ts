import { type NameOrPolicy, resolvePolicy, wrapFunction } from './resilient.ts';
import type { ResilientOptions } from './resilient-options.ts';

type Method = Parameters<typeof wrapFunction>[1];

/**
 * Decorates an asynchronous method, and keeps its type. Works as a standard decorator, and with
 * TypeScript's `experimentalDecorators`.
 *
 * @example
 * const viaServiceNow: ResilientMethodDecorator = resilientMethod('servicenow');
 */
export interface ResilientMethodDecorator {
  <This, M extends (this: This, ...args: never[]) => Promise<unknown>>(
    method: M,
    context: ClassMethodDecoratorContext<This>,
  ): M;
  <M extends (...args: never[]) => Promise<unknown>>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): TypedPropertyDescriptor<M>;
}

/**
 * Decorates a method with the policy of a name, as `resilient` wraps a function. All instances share
 * the policy.
 *
 * @throws TypeError if an argument is invalid, if the name has a policy with other overrides, or if
 *   the decorator is not used on a method
 * @example
 * class ServiceNow {
 *   @resilientMethod('servicenow', { preset: 'enterprise' })
 *   async getIncident(id: string, signal?: AbortSignal): Promise<Response> {
 *     return fetch(url + id, { signal });
 *   }
 * }
 */
export function resilientMethod<A extends readonly unknown[] = never>(
  name: NameOrPolicy,
  options?: ResilientOptions<unknown, A>,
): ResilientMethodDecorator;
export function resilientMethod(name: NameOrPolicy, options?: unknown): unknown {
  const resolve = resolvePolicy(name, options);
  return function decorate(...args: unknown[]) {
    const { method, replaceWith } = parseDecoratorArguments(args);
    return replaceWith(wrapFunction(resolve, method));
  };
}

/** The arguments of a decorator with `experimentalDecorators`. */
type LegacyArguments = readonly [target: unknown, name: PropertyKey, descriptor: unknown];

const isLegacy = (args: readonly unknown[]): args is LegacyArguments =>
  typeof args[1] === 'string' || typeof args[1] === 'symbol';

/**
 * @param args `(method, context)` of a standard decorator, or `(target, name, descriptor)` with
 *   `experimentalDecorators`
 * @returns the method, and a function that creates the return value of the decorator
 * @throws TypeError if the decorator is not used on a method
 */
function parseDecoratorArguments(args: readonly unknown[]): {
  readonly method: Method;
  readonly replaceWith: (replacement: Method) => unknown;
} {
  if (!isLegacy(args)) {
    const [method, context] = args;
    const { kind = 'class', name } = (context ?? {}) as { kind?: unknown; name?: unknown };
    assertMethod(method, kind, name ?? (method as { name?: unknown } | undefined)?.name);
    return { method: method as Method, replaceWith: (replacement) => replacement };
  }
  const [, name, descriptorOrIndex] = args;
  if (typeof descriptorOrIndex === 'number')
    assertMethod(undefined, `parameter ${descriptorOrIndex} of`, name);
  const descriptor = (descriptorOrIndex ?? {}) as PropertyDescriptor;
  assertMethod(descriptor.value, legacyKind(descriptor), name);
  return {
    method: descriptor.value as Method,
    replaceWith: (replacement) => ({ ...descriptor, value: replacement }),
  };
}

function legacyKind({ value, get, set }: PropertyDescriptor): string {
  if (get) return 'getter';
  if (set) return 'setter';
  return typeof value === 'function' ? 'method' : 'field';
}

function assertMethod(method: unknown, kind: unknown, name: unknown): void {
  if (kind !== 'method' || typeof method !== 'function') {
    throw new TypeError(
      `Expected \`@resilientMethod\` on a method, got the ${kind} \`${String(name)}\``,
    );
  }
}
