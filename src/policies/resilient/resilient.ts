import type { IDefaultPolicyContext, IPolicy } from 'cockatiel';
import { expected, ownProperties } from '../../shared/validate.ts';
import { type Invocation, invoke, isInside, runAttempt } from '../members/call-context.ts';
import type { PolicyOverrides } from '../members/types.ts';
import { declareName, overridesOf, policyFor } from '../stack/registry.ts';
import { assertResilientOptions, type ResilientOptions } from './resilient-options.ts';

type Arguments = readonly unknown[];
type Fn = (this: unknown, ...args: unknown[]) => unknown;
type AnyPolicy = IPolicy<IDefaultPolicyContext, unknown>;
/**
 * The name of a policy, or a policy of the user.
 *
 * @example
 * const policy: NameOrPolicy = retry(handleAll, { maxAttempts: 2 });
 */
export type NameOrPolicy = string | { readonly execute: unknown };
/** Finds the policy of a call from its arguments. */
type PolicyResolver = (args: Arguments) => AnyPolicy;

/**
 * Wraps a function with the policy of a name, or with a policy of the user.
 *
 * `this`, arguments, `name` and `length` stay. If the last argument of a call is an `AbortSignal`, it
 * aborts the call, and the function receives the policy's signal in its place. The wrapped function
 * always returns a promise. Generators are rejected: their work would run outside of the policy.
 *
 * The policy is that of `policyFor`, so all functions and methods of one name share it. It is created
 * now; with a `key` function, its settings are checked now.
 *
 * @throws TypeError if an argument is invalid, or if the name has a policy with other overrides
 * @example
 * const getIncident = resilient('servicenow', (id: string, signal?: AbortSignal) => fetch(url + id, { signal }));
 * const response = await getIncident('INC0010001');
 */
export function resilient<F extends (...args: never[]) => Promise<unknown>>(
  name: NameOrPolicy,
  fn: F,
  options?: ResilientOptions<never, Parameters<F>>,
): F;
export function resilient<This, A extends unknown[], R, F = never>(
  name: NameOrPolicy,
  fn: (this: This, ...args: A) => R,
  options?: ResilientOptions<F, A>,
): (this: This, ...args: A) => Promise<Awaited<R> | F>;
export function resilient(name: NameOrPolicy, fn: unknown, options?: unknown): unknown {
  if (typeof fn !== 'function') throw expected('`fn` to be a function', fn);
  return wrapFunction(resolvePolicy(name, options), fn as Fn);
}

/** Wraps a function such that each call goes through the policy that its arguments select. */
export function wrapFunction(resolve: PolicyResolver, fn: Fn): Fn {
  assertNoGenerator(fn);
  const resilientFunction: Fn = function (...args) {
    let policy: AnyPolicy;
    try {
      policy = resolve(args);
    } catch (error) {
      // The `key` function threw. The caller expects a promise.
      return Promise.reject(error);
    }
    if (isInside(policy)) return runAsync(() => fn.apply(this, args));
    const last = args.at(-1);
    const signal = last instanceof AbortSignal ? last : undefined;
    const withoutSignal = signal ? args.slice(0, -1) : args;
    const run = (inner: AbortSignal) => fn.apply(this, signal ? [...withoutSignal, inner] : args);
    if (!isResilientPolicy(policy)) return policy.execute((context) => run(context.signal), signal);
    const invocation: Invocation = {
      policy,
      args: withoutSignal,
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

/** @throws TypeError if the work of the function runs after its return */
function assertNoGenerator(fn: object): void {
  const tag = Object.prototype.toString.call(fn);
  if (tag === '[object GeneratorFunction]' || tag === '[object AsyncGeneratorFunction]') {
    throw new TypeError(
      'Expected a function that returns a value or a promise, got a generator: its work begins when it is read, outside of any policy',
    );
  }
}

/** What `reflect-metadata` adds to `Reflect`. */
interface Metadata {
  getOwnMetadataKeys?(target: object): readonly unknown[];
  getOwnMetadata(key: unknown, target: object): unknown;
  defineMetadata(key: unknown, value: unknown, target: object): void;
}

/** Frameworks such as Nest store routes and guards as metadata of the method. */
function copyMetadata(from: object, to: object): void {
  const metadata = Reflect as Partial<Metadata> as Metadata;
  for (const key of metadata.getOwnMetadataKeys?.(from) ?? []) {
    metadata.defineMetadata(key, metadata.getOwnMetadata(key, from), to);
  }
}

/**
 * Whether `createPolicy` created the policy. The members of other policies may lose the async context
 * of a call, as cockatiel's bulkhead does, so a call's data must not be stored in it.
 */
function isResilientPolicy(policy: object): boolean {
  return 'settings' in policy && 'origins' in policy;
}

async function runAsync<T>(fn: () => T): Promise<Awaited<T>> {
  return await fn();
}

/** Creates the policy of the name, unless a `key` function selects it later. */
export function resolvePolicy(name: NameOrPolicy, options: unknown = {}): PolicyResolver {
  assertResilientOptions(options);
  if (typeof name !== 'string') {
    if (typeof name?.execute !== 'function') {
      throw expected('`name` to be a name or a policy', name);
    }
    if (Object.keys(options).length > 0) throw expected('no `options` beside a policy', options);
    return () => name as AnyPolicy;
  }
  const { key, preset, overrides } = ownProperties(options as ResilientOptions<never, Arguments>);
  const policyOfKey = (policyKey: string | undefined) =>
    policyFor(name, { key: policyKey, preset, overrides }) as AnyPolicy;
  if (overrides) assertSameOverrides(name, overrides);
  if (typeof key === 'function') {
    declareName(name, { preset, overrides });
    const keyOf = key as (...args: Arguments) => string;
    return (args) => policyOfKey(keyOf(...args));
  }
  policyOfKey(key);
  return () => policyOfKey(key);
}

/** Without this check, different overrides of a second function would be ignored silently. */
function assertSameOverrides(name: string, overrides: PolicyOverrides<never>): void {
  const existing = overridesOf(name);
  if (existing === undefined || isDeepEqual(existing, overrides)) return;
  throw new TypeError(
    `Expected the overrides of ${JSON.stringify(name)} to be given once, or to be the same: its policy is there already`,
  );
}

/** Compares plain objects and arrays by their content, and everything else by identity. */
function isDeepEqual(first: unknown, second: unknown): boolean {
  if (Object.is(first, second)) return true;
  if (!isPlain(first) || !isPlain(second)) return false;
  if (Array.isArray(first) !== Array.isArray(second)) return false;
  const keys = Object.keys(first);
  if (keys.length !== Object.keys(second).length) return false;
  return keys.every((key) => Object.hasOwn(second, key) && isDeepEqual(first[key], second[key]));
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  return [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value));
}
