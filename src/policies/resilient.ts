import type { IDefaultPolicyContext, IPolicy } from 'cockatiel';
import { ownProperties } from '../shared/own-properties.ts';
import { expected } from '../shared/validate.ts';
import { type Invocation, invoke, isInside, runAttempt } from './call-context.ts';
import { declare, overridesOf, type PolicyForOptions, policyFor } from './registry.ts';
import { assertFunction, assertResilientOptions, decoratedMethod } from './resilient-arguments.ts';
import type { PolicyOverrides } from './types.ts';

type Arguments = readonly unknown[];

export interface ResilientOptions<F = never, A extends Arguments = never>
  extends Omit<PolicyForOptions<F>, 'key'> {
  /**
   * Which of the name's policies, or a function that tells it of the arguments of a call, such as
   * `(baseUrl) => baseUrl`.
   * @default the one policy of the name that has no key
   */
  readonly key?: string | ((...args: A) => string) | undefined;
}

type Fn = (this: unknown, ...args: unknown[]) => unknown;
type AsyncFunction = (...args: never[]) => Promise<unknown>;
type AnyPolicy = IPolicy<IDefaultPolicyContext, unknown>;
/** A name, or a policy of one's own. */
type Named = string | { readonly execute: unknown };

/**
 * Takes an asynchronous method, and gives one of the same type: as a decorator of the standard, and as
 * one of TypeScript with `experimentalDecorators`.
 */
export interface ResilientDecorator {
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
 * Wraps a function, or a method as the decorator `@resilient`, with the policy of a name. The decorator
 * is one of the standard, and one of TypeScript with `experimentalDecorators`, as Nest needs it.
 *
 * `this`, arguments, `name` and `length` stay. An `AbortSignal` that a caller gives as the last
 * argument is that of the call, and the function gets the policy's own in its place. A function that
 * is not asynchronous becomes so; generators, whose work begins when they are read, are refused.
 *
 * The policy is that of `policyFor`, so all functions, methods and instances that name it share it, and
 * it is made here already; where a function tells the key, it is checked here. A policy of one's own may stand in place of the name.
 *
 * @throws TypeError if an argument is not what it must be, or if a policy of that name is there
 *   already that was made with other overrides
 * @example
 * const incident = resilient('servicenow', (id: string, signal?: AbortSignal) => fetch(url + id, { signal }));
 *
 * class ServiceNow {
 *   @resilient('servicenow', { preset: 'enterprise' })
 *   async incident(id: string, signal?: AbortSignal): Promise<Response> { ... }
 * }
 */
export function resilient<F extends AsyncFunction>(
  name: Named,
  fn: F,
  options?: ResilientOptions<never, Parameters<F>>,
): F;
export function resilient<This, A extends unknown[], R, F = never>(
  name: Named,
  fn: (this: This, ...args: A) => R,
  options?: ResilientOptions<F, A>,
): (this: This, ...args: A) => Promise<Awaited<R> | F>;
export function resilient<A extends Arguments = never>(
  name: Named,
  options?: ResilientOptions<unknown, A>,
): ResilientDecorator;
export function resilient(name: Named, given?: unknown, more?: unknown): unknown {
  if (typeof given === 'function') return wrapped(policyOf(name, more), given as Fn);
  if (more !== undefined) throw expected('`fn` to be a function', given);
  const policy = policyOf(name, given);
  return function resilientMethod(...args: unknown[]) {
    const { method, replacedBy } = decoratedMethod<Fn>(args);
    return replacedBy(wrapped(policy, method));
  };
}

function wrapped(policyOfCall: (args: Arguments) => AnyPolicy, fn: Fn): Fn {
  assertFunction(fn);
  const resilientFunction: Fn = function (...args) {
    let policy: AnyPolicy;
    try {
      policy = policyOfCall(args);
    } catch (error) {
      // A function that tells the key has failed; who awaits an answer gets it there.
      return Promise.reject(error);
    }
    if (isInside(policy)) return runAsync(() => fn.apply(this, args));
    const last = args.at(-1);
    const signal = last instanceof AbortSignal ? last : undefined;
    const plain = signal ? args.slice(0, -1) : args;
    const run = (own: AbortSignal) => fn.apply(this, signal ? [...plain, own] : args);
    if (!isOurs(policy)) return policy.execute((context) => run(context.signal), signal);
    const invocation: Invocation = {
      policy,
      args: plain,
      target: fn,
      self: this,
      usedFallback: false,
    };
    return invoke(invocation, () =>
      policy.execute((context) => runAttempt(invocation, () => run(context.signal)), signal),
    );
  };
  for (const key of ['name', 'length'] as const) {
    Object.defineProperty(resilientFunction, key, { configurable: true, value: fn[key] });
  }
  copyMetadata(fn, resilientFunction);
  return resilientFunction;
}

/** What `reflect-metadata` adds to `Reflect`. */
interface Metadata {
  getOwnMetadataKeys?(target: object): readonly unknown[];
  getOwnMetadata(key: unknown, target: object): unknown;
  defineMetadata(key: unknown, value: unknown, target: object): void;
}

/** Decorators of frameworks, such as those of routes in Nest, keep what they say with the function. */
function copyMetadata(from: object, to: object): void {
  const metadata = Reflect as Partial<Metadata> as Metadata;
  for (const key of metadata.getOwnMetadataKeys?.(from) ?? []) {
    metadata.defineMetadata(key, metadata.getOwnMetadata(key, from), to);
  }
}

/**
 * Of a stack that was made elsewhere nobody knows whether its members keep the context of a call: a
 * bulkhead does not. What is known of one call must not be taken for what is known of another.
 */
function isOurs(policy: object): boolean {
  return 'settings' in policy && 'origins' in policy;
}

async function runAsync<T>(fn: () => T): Promise<Awaited<T>> {
  return await fn();
}

function policyOf(name: Named, options: unknown = {}): (args: Arguments) => AnyPolicy {
  assertResilientOptions(options);
  if (typeof name !== 'string') {
    if (typeof name?.execute !== 'function')
      throw expected('`name` to be a name or a policy', name);
    if (Object.keys(options).length > 0) throw expected('no `options` beside a policy', options);
    return () => name as AnyPolicy;
  }
  const { key, preset, overrides } = ownProperties(options as ResilientOptions<never, Arguments>);
  const get = (own: string | undefined) =>
    policyFor(name, { key: own, preset, overrides }) as AnyPolicy;
  if (overrides) assertSame(name, overrides);
  if (typeof key === 'function') {
    declare(name, { preset, overrides });
    const keyOf = key as (...args: Arguments) => string;
    return (args) => get(keyOf(...args));
  }
  get(key);
  return () => get(key);
}

/** Of two that differ, the second would be forgotten in silence. */
function assertSame(name: string, overrides: PolicyOverrides<never>): void {
  const before = overridesOf(name);
  if (before === undefined || areAlike(before, overrides)) return;
  throw new TypeError(
    `Expected the overrides of ${JSON.stringify(name)} to be given once, or to be the same: its policy is there already`,
  );
}

/** Of what is not plain, such as a fallback that keeps values, two are never the same. */
function areAlike(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (!isPlain(one) || !isPlain(other) || Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  return names.every((name) => Object.hasOwn(other, name) && areAlike(one[name], other[name]));
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  return [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value));
}
