import { processWide } from '../shared/process-wide.ts';

/** An execution in progress. */
export interface ActiveExecution {
  /** Unique in the process. */
  readonly id: number;
  readonly name: string;
  /** Milliseconds since its beginning, by a clock that cannot be set. */
  readonly ageMs: number;
  /** The present attempt; 1 is the first call. */
  readonly attempt: number;
  readonly correlationId: string | undefined;
  /** Aborts its signal; `undefined` for policies that do not create a signal for each call. */
  readonly abort: (() => void) | undefined;
  /** Whether `abort` was called. */
  readonly aborted: boolean;
}

/** A call and the call around it. */
interface CallWithParent {
  readonly parent: CallWithParent | undefined;
  execution: Execution | undefined;
}

/** An entry of a linked list, so that adding and removing take constant time. */
export class Execution implements ActiveExecution {
  readonly id: number;
  readonly name: string;
  readonly correlationId: string | undefined;
  readonly list: ExecutionList;
  attempt = 1;
  abort: (() => void) | undefined = undefined;
  aborted = false;
  readonly #startedAt = performance.now();
  previous: Execution | undefined;
  next: Execution | undefined = undefined;

  constructor(id: number, name: string, correlationId: string | undefined, list: ExecutionList) {
    this.id = id;
    this.name = name;
    this.correlationId = correlationId;
    this.list = list;
    this.previous = list.last;
    if (list.last) list.last.next = this;
    else list.first = this;
    list.last = this;
  }

  get ageMs(): number {
    return performance.now() - this.#startedAt;
  }

  enableAbort(abort: () => void): void {
    this.abort = () => {
      this.aborted = true;
      abort();
    };
  }

  remove(): void {
    const { previous, next, list } = this;
    if (previous) previous.next = next;
    else list.first = next;
    if (next) next.previous = previous;
    else list.last = previous;
  }
}

interface ExecutionList {
  first: Execution | undefined;
  last: Execution | undefined;
}

/** Shared by all copies of this package in the process. */
const state = processWide('active-executions', () => ({
  /** `undefined` without watchers. */
  list: undefined as ExecutionList | undefined,
  /** The execution that begins now, until its stack has entered. */
  beginning: undefined as { readonly execution: Execution; readonly stack: object } | undefined,
  /** The correlation ID of the execution that begins next. */
  nextCorrelationId: undefined as string | undefined,
  watchers: [] as { readonly findCorrelationId: () => string | undefined }[],
  count: 0,
}));

/**
 * The executions in progress. They are tracked only while there is a watcher; otherwise a call costs
 * one comparison. Executions that began before the first watcher are not listed.
 */
export const activeExecutions = {
  get isWatched(): boolean {
    return state.list !== undefined;
  },

  /**
   * @param findCorrelationId returns the ID of an execution that begins without `withCorrelationId`
   * @returns a function that removes the watcher
   */
  watch(findCorrelationId: () => string | undefined = () => undefined): () => void {
    const watcher = { findCorrelationId };
    state.watchers.push(watcher);
    state.list ??= { first: undefined, last: undefined };
    return () => {
      state.watchers = state.watchers.filter((candidate) => candidate !== watcher);
      if (state.watchers.length === 0) state.list = undefined;
    };
  },

  /** The oldest first. */
  list(): ActiveExecution[] {
    const executions: ActiveExecution[] = [];
    for (let entry = state.list?.first; entry; entry = entry.next) executions.push(entry);
    return executions;
  },

  /** @param stack the stack that runs next, which may call `abortBy` */
  start(call: CallWithParent, name: string, stack?: object): void {
    if (!state.list) return;
    const id = state.nextCorrelationId ?? state.watchers[0]?.findCorrelationId();
    state.nextCorrelationId = undefined;
    state.count++;
    const execution = new Execution(state.count, name, id, state.list);
    state.beginning = stack && { execution, stack };
    call.execution = execution;
  },

  /** The stack has entered, and can no longer call `abortBy`. */
  stackEntered(): void {
    state.beginning = undefined;
  },

  /** Makes the execution that has just begun abortable, if it is one of this stack. */
  abortBy(stack: object, abort: () => void): void {
    if (state.beginning?.stack === stack) state.beginning.execution.enableAbort(abort);
    state.beginning = undefined;
  },

  /** Runs a function such that the execution that it begins synchronously has this ID. */
  withCorrelationId<T>(id: string | undefined, run: () => T): T {
    state.nextCorrelationId = id;
    try {
      return run();
    } finally {
      state.nextCorrelationId = undefined;
    }
  },

  /** Sets the attempt of the execution of a call, and of the executions around it. */
  setAttempt(call: CallWithParent, attempt: number): void {
    for (let current: CallWithParent | undefined = call; current; current = current.parent) {
      if (current.execution) current.execution.attempt = attempt;
    }
  },

  end(call: CallWithParent): void {
    call.execution?.remove();
    call.execution = undefined;
  },
};

/** Marks stacks whose promise may settle before those of their members, after an abort. */
export const SETTLES_EARLY = Symbol.for('cockatiel-otel.settles-early');
