/**
 * A scenario as data: policies, stacks of them, and what happens to them turn by turn. It can be
 * played with either major of cockatiel, bare or instrumented, as often as one likes.
 *
 * Numbers that name a thing (a policy, a stack, a value, an error, a signal) are indexes.
 */

/** Which failures a policy handles. */
export interface FilterSpec {
  /** Errors of the materials. */
  readonly errors: readonly number[];
  /** Errors that are none of the materials: cockatiel's own. */
  readonly others: boolean;
  /** Values of the materials. */
  readonly results: readonly number[];
  /** The filter throws for the error (and for the value) of this index. */
  readonly throwsFor: number | undefined;
}

export type BackoffSpec =
  | { readonly kind: 'default' }
  | { readonly kind: 'constant'; readonly ms: number }
  | { readonly kind: 'exponential'; readonly ms: number }
  | { readonly kind: 'iterable'; readonly ms: readonly number[] }
  | { readonly kind: 'delegate'; readonly ms: number; readonly throws: boolean };

export type BreakerSpec =
  | { readonly kind: 'consecutive'; readonly threshold: number }
  | { readonly kind: 'sampling'; readonly threshold: number; readonly duration: number }
  | { readonly kind: 'count'; readonly threshold: number; readonly size: number };

export type AnswerSpec =
  | { readonly kind: 'value'; readonly value: number }
  | { readonly kind: 'function'; readonly ok: boolean; readonly index: number }
  | { readonly kind: 'later'; readonly ok: boolean; readonly index: number; readonly ms: number }
  | { readonly kind: 'never' };

export type PolicySpec =
  | {
      readonly type: 'retry';
      readonly filter: FilterSpec;
      readonly maxAttempts: number;
      readonly backoff: BackoffSpec;
      readonly unref: boolean;
    }
  | {
      readonly type: 'circuit breaker';
      readonly filter: FilterSpec;
      readonly halfOpenAfter: number;
      readonly breaker: BreakerSpec;
      /** 4.x only. */
      readonly halfOpenSampling: { calls: number; threshold: number } | undefined;
      /** The state it is hydrated with, as cockatiel numbers them. */
      readonly initial: 'closed' | 'open' | 'isolated';
    }
  | {
      readonly type: 'timeout';
      readonly ms: number;
      readonly aggressive: boolean;
      readonly abortOnReturn: boolean;
      readonly unref: boolean;
    }
  | { readonly type: 'bulkhead'; readonly capacity: number; readonly queue: number }
  | { readonly type: 'fallback'; readonly filter: FilterSpec; readonly answer: AnswerSpec }
  | { readonly type: 'noop' }
  | {
      readonly type: 'custom';
      readonly style: 'sync' | 'async' | 'late' | 'again' | 'drops';
      /** What it looks like: a test double has the shape of a policy of cockatiel. */
      readonly shape: 'own' | 'circuit breaker' | 'retry' | 'timeout' | 'bulkhead' | 'fallback';
    };

/** A policy, a stack that was built before, or a `wrap()`. */
export type Node =
  | { readonly policy: number }
  | { readonly stack: number }
  | { readonly wrap: readonly Node[] };

export interface StackSpec {
  readonly root: Node;
  /** The name it is instrumented under. */
  readonly name: string;
}

/** What the user's function does when it is called. */
export type Behaviour =
  | { readonly kind: 'at once'; readonly ok: boolean; readonly index: number }
  | { readonly kind: 'hops'; readonly ok: boolean; readonly index: number; readonly hops: number }
  | { readonly kind: 'later'; readonly ok: boolean; readonly index: number; readonly ms: number }
  | { readonly kind: 'never' }
  | { readonly kind: 'on abort'; readonly ok: boolean; readonly index: number }
  | {
      readonly kind: 'by hand';
      readonly ok: boolean;
      readonly index: number;
      readonly gate: number;
    }
  | {
      readonly kind: 'thenable';
      readonly ok: boolean;
      readonly index: number;
      /** When it calls back: after so many ms. */
      readonly when: number | 'at once' | 'on abort';
    }
  | {
      readonly kind: 'aborts';
      readonly ok: boolean;
      readonly index: number;
      readonly signal: number;
      readonly async: boolean;
    }
  | { readonly kind: 'subclass'; readonly ok: boolean; readonly index: number; readonly ms: number }
  | { readonly kind: 'calls'; readonly stack: number; readonly then: Behaviour };

export type Action =
  | {
      readonly do: 'call';
      readonly stack: number;
      readonly signal: number | undefined;
      /** Nobody looks at what the call answers. */
      readonly ignored: boolean;
      /** What the function does the first time, the second ..., and from then on. */
      readonly function: readonly Behaviour[];
    }
  | { readonly do: 'abort'; readonly signal: number }
  | { readonly do: 'open gate'; readonly gate: number }
  | { readonly do: 'isolate'; readonly policy: number }
  | { readonly do: 'release'; readonly handle: number }
  | { readonly do: 'set clock'; readonly ms: number };

export type Turn =
  | {
      readonly actions: readonly Action[];
      /** Microtasks between one action and the next. */
      readonly hops: number;
    }
  | { readonly advance: number };

/** An `execute` that a user has replaced by one around it. */
export interface DecoratorSpec {
  readonly target: { readonly policy: number } | { readonly stack: number };
  readonly kind: 'hands on' | 'calls another' | 'waits' | 'awaits another';
  /** Whether it was replaced when the stacks were instrumented already. */
  readonly isLater: boolean;
}

/** A listener of the user's that throws. */
export interface ThrowingListener {
  readonly policy: number;
  readonly event: string;
  /** The emission at which it throws. */
  readonly at: number;
}

export interface Scenario {
  readonly policies: readonly PolicySpec[];
  readonly stacks: readonly StackSpec[];
  readonly turns: readonly Turn[];
  readonly decorators: readonly DecoratorSpec[];
  /** Policies of cockatiel that are of a subclass of the user's. */
  readonly subclassed: readonly number[];
  /** Signals that are aborted before anything begins. */
  readonly aborted: readonly number[];
  /** When the user's listeners are attached: before or after the policies are instrumented. */
  readonly listeners: 'none' | 'before' | 'after';
  readonly throwing: ThrowingListener | undefined;
  readonly errorType: 'default' | 'names' | 'throws';
  /** The turn before which the stacks are instrumented; 0 but for calls that run already. */
  readonly instrumentedAt: number;
  readonly uninstrumentedAt: number;
}
