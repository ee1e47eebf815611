/**
 * One execution of an instrumented policy, and how the layers of its stack find it.
 *
 * cockatiel's events carry no call identity (they can't tell whose call they are about), so the
 * layers tell each other: the function of an outer layer calls the `execute` of the next inner one
 * synchronously, and hands the run over in a variable that the next `execute` takes at once.
 */
export class Run {
  /** The run around this one: a named stack inside another stack. */
  readonly parent: Run | undefined;
  /** Whether what a layer returns is awaited by cockatiel itself, so nobody else can wait for it. */
  readonly awaited: boolean;
  /** The run is that of a single policy: its function is the user's function. */
  readonly leaf: boolean;
  /** The policy whose answer is the answer of the run, until it has been entered. */
  head: object | undefined;
  /** Its call: told of the answer by the run, which sees it anyway. */
  outermost: Call | undefined;
  /** The user's function was called. */
  called = false;
  /** The answer of the last attempt came from a fallback. */
  fellBack = false;
  /** A timeout ended the last attempt. */
  timedOut = false;

  constructor(parent: Run | undefined, head: object | undefined, leaf: boolean, awaited = true) {
    this.parent = parent;
    this.head = head;
    this.leaf = leaf;
    this.awaited = awaited;
  }

  /** Makes `call` the outermost if `policy` is the head; once, as a policy may be in a stack twice. */
  claim(policy: object, call: Call): boolean {
    if (this.head !== policy) return false;
    this.head = undefined;
    this.outermost = call;
    return true;
  }
}

/** One call through one layer. */
export interface Call {
  /** The policy has answered. Never throws. */
  end(ok: boolean, value: unknown): void;
}

let entering: Run | undefined;

/** Hands a run to the next `execute`. Whoever hands over takes back with `enter(undefined)`. */
export function enter(run: Run | undefined): void {
  entering = run;
}

/** Takes the run that was handed over: none, where the user calls the policy himself. */
export function entered(): Run | undefined {
  const run = entering;
  entering = undefined;
  return run;
}

/** Calls the function of a layer: that of the next layer, or of the user. */
export function descend(
  run: Run | undefined,
  fn: (...args: unknown[]) => unknown,
  args: unknown[],
): unknown {
  if (run?.leaf) {
    run.called = true;
    entering = run.parent;
  } else {
    entering = run;
  }
  if (entering === undefined) return fn(...args);
  try {
    return fn(...args);
  } finally {
    entering = undefined;
  }
}

/** A layer begins its inside anew: what an earlier attempt left behind says nothing any more. */
export function restart(run: Run | undefined): void {
  for (let each = run; each !== undefined; each = each.parent) {
    each.fellBack = false;
    each.timedOut = false;
  }
}

export function fellBack(run: Run | undefined): void {
  for (let each = run; each !== undefined; each = each.parent) each.fellBack = true;
}

export function timedOut(run: Run | undefined, value: boolean): void {
  for (let each = run; each !== undefined; each = each.parent) each.timedOut = value;
}
