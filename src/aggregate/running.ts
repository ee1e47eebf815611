/** An execution that has begun and was not answered yet. */
export interface Running {
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
interface Within {
  readonly stack: Within | undefined;
  execution: Execution | undefined;
}

/** One of a list, whose neighbours it knows: to come and to go costs next to nothing. */
export class Execution implements Running {
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

  leave(): void {
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

/** `undefined` where nobody wants to know. */
let list: List | undefined;
/** The execution that begins this very moment, until the stack that is entered takes it. */
let beginning: { readonly execution: Execution; readonly stack: object } | undefined;
let announced: string | undefined;
let watchers: { readonly correlate: () => string | undefined }[] = [];
let count = 0;

/**
 * What is running now, for as long as somebody wants to know: otherwise a call pays a comparison.
 * Only what has begun since then is known.
 */
export const running = {
  get watched(): boolean {
    return list !== undefined;
  },

  /**
   * @param correlate finds the id of what begins where nobody announces one
   * @returns ends it
   */
  watch(correlate: () => string | undefined = () => undefined): () => void {
    const watcher = { correlate };
    watchers.push(watcher);
    list ??= { first: undefined, last: undefined };
    return () => {
      watchers = watchers.filter((each) => each !== watcher);
      if (watchers.length === 0) list = undefined;
    };
  },

  /** The oldest first. */
  list(): Running[] {
    const all: Running[] = [];
    for (let each = list?.first; each; each = each.after) all.push(each);
    return all;
  },

  /** @param stack is entered next, where it is one, and may let the execution be called off */
  begin(call: Within, name: string, stack?: object): void {
    if (!list) return;
    const id = announced ?? watchers[0]?.correlate();
    announced = undefined;
    count++;
    const execution = new Execution(count, name, id, list);
    beginning = stack && { execution, stack };
    call.execution = execution;
  },

  /** A stack was entered, and will not take its execution any more. */
  entered(): void {
    beginning = undefined;
  },

  /** The stack that is being entered lets the execution that has just begun be called off. */
  abortBy(stack: object, abort: () => void): void {
    if (beginning?.stack === stack) beginning.execution.abortBy(abort);
    beginning = undefined;
  },

  /** The execution that begins while `run` does, before it returns, has this id. */
  correlated<T>(id: string | undefined, run: () => T): T {
    announced = id;
    try {
      return run();
    } finally {
      announced = undefined;
    }
  },

  /** The call is made again, and with it all that it is part of. */
  attempt(call: Within, attempt: number): void {
    for (let each: Within | undefined = call; each; each = each.stack) {
      if (each.execution) each.execution.attempt = attempt;
    }
  },

  end(call: Within): void {
    call.execution?.leave();
    call.execution = undefined;
  },
};
