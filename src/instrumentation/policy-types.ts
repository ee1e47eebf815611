/**
 * Structural types of cockatiel's policies. The shape identifies a policy, never `instanceof`, because a
 * process may contain several copies and both majors of cockatiel.
 */

/** cockatiel's `FailureReason`: an error, or a value that a result filter calls a failure. */
export type FailureReason = { readonly error: unknown } | { readonly value: unknown };

export type Fn = (...args: unknown[]) => unknown;
export type Execute = (fn: Fn, signal?: AbortSignal, ...rest: unknown[]) => unknown;
export type Listen<T> = (listener: (event: T) => void) => { dispose(): void };

export interface AnyPolicy {
  execute: Execute;
}

export interface Retry extends AnyPolicy {
  readonly onRetry: Listen<{ readonly delay: number }>;
}

export interface CircuitBreaker extends AnyPolicy {
  /** cockatiel's `CircuitState`: an index into the catalog's list of states. */
  readonly state: number;
  readonly onStateChange: Listen<unknown>;
  isolate(): { dispose(): void };
  toJSON?(): unknown;
}

export interface Timeout extends AnyPolicy {
  readonly onTimeout: Listen<void>;
}

export interface Bulkhead extends AnyPolicy {
  readonly executionSlots: number;
  readonly queueSlots: number;
}

export interface Wrap extends AnyPolicy {
  readonly wrapped: readonly AnyPolicy[];
}

export type Shape =
  | { readonly type: 'retry'; readonly policy: Retry }
  | { readonly type: 'circuit_breaker'; readonly policy: CircuitBreaker }
  | { readonly type: 'timeout'; readonly policy: Timeout }
  | { readonly type: 'bulkhead'; readonly policy: Bulkhead }
  | { readonly type: 'fallback'; readonly policy: AnyPolicy }
  | { readonly type: 'wrap'; readonly policy: Wrap }
  | { readonly type: 'noop'; readonly policy: AnyPolicy }
  | { readonly type: 'custom'; readonly policy: AnyPolicy };

/** The policies that one `instrument` call covers. */
export interface Stack {
  /** The policies inside the stack, wraps included; `undefined` if any policy may belong to it. */
  readonly members: ReadonlySet<object> | undefined;
  /** Whether a member is a noop policy. A noop is not instrumented and returns a new promise. */
  readonly hasNoop: boolean;
}

export function isPolicy(value: unknown): value is AnyPolicy {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof (value as Partial<AnyPolicy>).execute === 'function'
  );
}

/**
 * Identifies a policy by its members. An object with an `execute` and only some of the members of a
 * cockatiel policy is `custom`, because the behavior of its `execute` is unknown.
 */
export function shapeOf(policy: AnyPolicy): Shape {
  const has = (type: string, ...members: string[]) =>
    members.every(
      (member) => typeof (policy as unknown as Record<string, unknown>)[member] === type,
    );
  if (isWrap(policy)) return { type: 'wrap', policy };
  if (has('function', 'onRetry', 'onGiveUp', 'dangerouslyUnref')) {
    return { type: 'retry', policy: policy as Retry };
  }
  if (has('function', 'isolate', 'onFailure', 'onStateChange') && has('number', 'state')) {
    return { type: 'circuit_breaker', policy: policy as CircuitBreaker };
  }
  if (has('function', 'onTimeout', 'dangerouslyUnref')) {
    return { type: 'timeout', policy: policy as Timeout };
  }
  if (has('number', 'executionSlots', 'queueSlots') && has('function', 'onReject')) {
    return { type: 'bulkhead', policy: policy as Bulkhead };
  }
  // No public member distinguishes a fallback from a noop.
  if (has('function', 'onFailure', 'onSuccess') && has('object', 'executor')) {
    return has('function', 'value') ? { type: 'fallback', policy } : { type: 'noop', policy };
  }
  return { type: 'custom', policy };
}

export function isWrap(policy: AnyPolicy | undefined): policy is Wrap {
  const wrapped: unknown = (policy as Partial<Wrap> | undefined)?.wrapped;
  return Array.isArray(wrapped) && wrapped.length > 0 && wrapped.every(isPolicy);
}

/** The policies inside a stack, wraps included. */
export function stackOf(policy: AnyPolicy): Stack {
  const members = new Set<object>();
  const collect = (member: AnyPolicy): void => {
    if (members.has(member)) return;
    members.add(member);
    if (isWrap(member)) member.wrapped.forEach(collect);
  };
  if (isWrap(policy)) policy.wrapped.forEach(collect);
  const hasNoop = [policy, ...members].some(
    (member) => shapeOf(member as AnyPolicy).type === 'noop',
  );
  return { members, hasNoop };
}

/** The policies of a stack without the wraps, outermost first and without duplicates. */
export function membersOf(policy: AnyPolicy, seen = new Set<AnyPolicy>()): Set<AnyPolicy> {
  if (!isWrap(policy)) seen.add(policy);
  else for (const member of policy.wrapped) if (!seen.has(member)) membersOf(member, seen);
  return seen;
}
