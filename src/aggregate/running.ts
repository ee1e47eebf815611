/** An execution that has begun and was not answered yet. */
export interface Running {
  /** Unique in the process. */
  readonly id: string;
  readonly name: string;
  /** In ms since 1970. */
  readonly begun: number;
  /** Of the call under way: 1 is the first. */
  attempt: number;
  readonly correlationId: string | undefined;
  /** Calls it off through its signal, where it has one that this package made. */
  abort: (() => void) | undefined;
}

/** A call, and the call that it is part of. */
interface Within {
  readonly stack: Within | undefined;
}

const byCall = new Map<Within, Running>();
/** The execution that begins this very moment, until the policy that is entered takes it. */
let beginning: Running | undefined;
let correlated: string | undefined;
let watchers = 0;
let count = 0;
let correlate: (() => string | undefined) | undefined;

/**
 * What is running now, for as long as somebody wants to know: otherwise a call pays a comparison.
 * Only what has begun since then is known.
 */
export const running = {
  get watched(): boolean {
    return watchers > 0;
  },

  /** @returns ends it */
  watch(): () => void {
    watchers++;
    let over = false;
    return () => {
      if (over) return;
      over = true;
      if (--watchers === 0) byCall.clear();
    };
  },

  /** How the id of what begins is found where nobody gives one. */
  correlateBy(find: (() => string | undefined) | undefined): void {
    correlate = find;
  },

  list(): Running[] {
    return [...byCall.values()];
  },

  begin(call: Within, name: string): void {
    const correlationId = correlated ?? correlate?.();
    correlated = undefined;
    count++;
    beginning = {
      id: String(count),
      name,
      begun: Date.now(),
      attempt: 1,
      correlationId,
      abort: undefined,
    };
    byCall.set(call, beginning);
  },

  /** The policy that is being entered lets the execution that has just begun be called off. */
  abortBy(name: string, abort: () => void): void {
    if (beginning?.name === name) beginning.abort = abort;
    beginning = undefined;
  },

  /** The execution that begins next has this id. */
  correlateNext(id: string | undefined): void {
    correlated = id;
  },

  /** The call is made again, and with it all that it is part of. */
  attempt(call: Within, attempt: number): void {
    for (let each: Within | undefined = call; each; each = each.stack) {
      const execution = byCall.get(each);
      if (execution) execution.attempt = attempt;
    }
  },

  end(call: Within): void {
    byCall.delete(call);
  },
};
