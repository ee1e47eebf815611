import { processWide } from '../shared/process-wide.ts';

/** An execution that has begun and was not answered yet. */
export interface ActiveExecution {
  /** Unique in the process. */
  readonly id: number;
  readonly name: string;
  /** How long it has been under way, however the wall clock is set. */
  readonly ageMs: number;
  /** Of the call under way: 1 is the first. */
  readonly attempt: number;
  readonly correlationId: string | undefined;
  /** Calls it off through its signal, where it has one that this package made. */
  readonly abort: (() => void) | undefined;
  /** It was called off by `abort`, and has yet to be answered. */
  readonly aborted: boolean;
}

/** A call, and the call that it is part of. */
interface CallWithParent {
  readonly parent: CallWithParent | undefined;
  execution: Execution | undefined;
}

/** One of a list, whose neighbours it knows: to come and to go costs next to nothing. */
export class Execution implements ActiveExecution {
  readonly id: number;
  readonly name: string;
  readonly correlationId: string | undefined;
  readonly list: List;
  attempt = 1;
  abort: (() => void) | undefined = undefined;
  aborted = false;
  readonly #begun = performance.now();
  before: Execution | undefined;
  after: Execution | undefined = undefined;

  constructor(id: number, name: string, correlationId: string | undefined, list: List) {
    this.id = id;
    this.name = name;
    this.correlationId = correlationId;
    this.list = list;
    this.before = list.last;
    if (list.last) list.last.after = this;
    else list.first = this;
    list.last = this;
  }

  get ageMs(): number {
    return performance.now() - this.#begun;
  }

  /** Lets it be called off. */
  abortBy(abort: () => void): void {
    this.abort = () => {
      this.aborted = true;
      abort();
    };
  }

  remove(): void {
    const { before, after, list } = this;
    if (before) before.after = after;
    else list.first = after;
    if (after) after.before = before;
    else list.last = before;
  }
}

interface List {
  first: Execution | undefined;
  last: Execution | undefined;
}

/** Of all copies of this package in the process. */
const state = processWide('active-executions', () => ({
  /** `undefined` unless a listener asked for it. */
  list: undefined as List | undefined,
  /** The execution that begins this very moment, until the stack that is entered takes it. */
  beginning: undefined as { readonly execution: Execution; readonly stack: object } | undefined,
  announced: undefined as string | undefined,
  watchers: [] as { readonly correlate: () => string | undefined }[],
  count: 0,
}));

/**
 * What is running now, for as long as somebody wants to know: otherwise a call pays a comparison.
 * Only what has begun since then is known.
 */
export const activeExecutions = {
  get isWatched(): boolean {
    return state.list !== undefined;
  },

  /**
   * @param correlate finds the id of what begins where nobody announces one
   * @returns ends it
   */
  watch(correlate: () => string | undefined = () => undefined): () => void {
    const watcher = { correlate };
    state.watchers.push(watcher);
    state.list ??= { first: undefined, last: undefined };
    return () => {
      state.watchers = state.watchers.filter((each) => each !== watcher);
      if (state.watchers.length === 0) state.list = undefined;
    };
  },

  /** The oldest first. */
  list(): ActiveExecution[] {
    const all: ActiveExecution[] = [];
    for (let each = state.list?.first; each; each = each.after) all.push(each);
    return all;
  },

  /** @param stack is entered next, where it is one, and may let the execution be called off */
  start(call: CallWithParent, name: string, stack?: object): void {
    if (!state.list) return;
    const id = state.announced ?? state.watchers[0]?.correlate();
    state.announced = undefined;
    state.count++;
    const execution = new Execution(state.count, name, id, state.list);
    state.beginning = stack && { execution, stack };
    call.execution = execution;
  },

  /** A stack was entered, and will not take its execution any more. */
  stackEntered(): void {
    state.beginning = undefined;
  },

  /** The stack that is being entered lets the execution that has just begun be called off. */
  abortBy(stack: object, abort: () => void): void {
    if (state.beginning?.stack === stack) state.beginning.execution.abortBy(abort);
    state.beginning = undefined;
  },

  /** The execution that begins while `run` does, before it returns, has this id. */
  withCorrelationId<T>(id: string | undefined, run: () => T): T {
    state.announced = id;
    try {
      return run();
    } finally {
      state.announced = undefined;
    }
  },

  /** The call is made again, and with it all that it is part of. */
  setAttempt(call: CallWithParent, attempt: number): void {
    for (let each: CallWithParent | undefined = call; each; each = each.parent) {
      if (each.execution) each.execution.attempt = attempt;
    }
  },

  end(call: CallWithParent): void {
    call.execution?.remove();
    call.execution = undefined;
  },
};

/** Where a stack says that its promise may settle before those inside, if a call can be aborted. */
export const SETTLES_EARLY = Symbol.for('cockatiel-otel.settles-early');
