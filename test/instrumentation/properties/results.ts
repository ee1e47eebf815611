import type { Materials } from './materials.ts';
import { accepts } from './policies.ts';
import { type Call, Run } from './recorder.ts';
import type { FilterSpec } from './scenario.ts';

/** What is to be said of calls, by how they and the functions they called have ended. */
export class Results {
  readonly #materials: Materials;

  constructor(materials: Materials) {
    this.#materials = materials;
  }

  /** Whether the filter of a policy calls it a failure how its function has ended. */
  failed(run: Run | undefined, filter: FilterSpec): boolean {
    if (!run?.settled) return false;
    return accepts(filter, this.#materials, run.settled.ok, run.settled.thing);
  }

  ofBreaker({ settled, lastRun }: Call, filter: FilterSpec): string {
    if (!lastRun) return isTaskCancelled(settled?.thing) ? 'cancelled' : 'rejected';
    if (this.failed(lastRun, filter)) return 'failure';
    return settled?.ok ? 'success' : 'ignored';
  }

  ofRetry({ settled, lastRun, runs }: Call, filter: FilterSpec): string {
    if (this.failed(lastRun, filter)) return settled?.aborted ? 'aborted' : 'exhausted';
    if (!settled?.ok) return 'not_retryable';
    return runs.length > 1 ? 'success_after_retry' : 'success_without_retry';
  }

  ofFallback({ settled, lastRun }: Call, filter: FilterSpec): string {
    if (!this.failed(lastRun, filter)) return 'not_used';
    return settled?.ok ? 'used' : 'failed';
  }

  /** What the caller of a stack, or of a policy of its own, saw. */
  ofExecution(call: Call): string {
    const { settled, lastRun } = call;
    const way = wayOf(call);
    if (settled?.ok) return way.some((step) => this.#fellBack(step)) ? 'fallback' : 'success';
    if (!lastRun && !isTaskCancelled(settled?.thing)) return 'rejected';
    if (way.some(endedByTimeout)) return 'timed_out';
    if (settled?.aborted) return 'cancelled';
    if (!lastRun) return 'rejected';
    return this.#isNotHandled(way, settled?.thing) ? 'not_handled' : 'failure';
  }

  /** The policies that have a filter were asked, and each said no. */
  #isNotHandled(way: readonly Call[], thing: unknown): boolean {
    const asked = way.filter(({ lastRun }) => lastRun?.settled?.ok === false);
    const handled = asked.flatMap(({ spec, lastRun }) =>
      spec !== 'wrap' && 'filter' in spec ? [this.failed(lastRun, spec.filter)] : [],
    );
    return handled.length > 0 && !handled.includes(true) && !isRejection(thing);
  }

  #fellBack({ spec, lastRun }: Call): boolean {
    return spec !== 'wrap' && spec.type === 'fallback' && this.failed(lastRun, spec.filter);
  }
}

export function ofTimeout({ spec, lastRun }: Call): string | undefined {
  if (spec === 'wrap' || spec.type !== 'timeout') return undefined;
  const results = { no: 'completed', 'by the timeout': 'timed_out', 'by the caller': 'cancelled' };
  return results[lastRun?.aborted ?? 'no'];
}

/** It has ended, and not well, when it was aborted by its timeout. */
function endedByTimeout(call: Call): boolean {
  return call.settled?.ok === false && ofTimeout(call) === 'timed_out';
}

export function ofBulkhead({ settled, lastRun }: Call): string | undefined {
  if (lastRun) return 'accepted';
  return settled && (isTaskCancelled(settled.thing) ? 'cancelled' : 'rejected');
}

function isTaskCancelled(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'isTaskCancelledError' in error;
}

function isRejection(error: unknown): boolean {
  const markers = ['isBrokenCircuitError', 'isBulkheadRejectedError'];
  return typeof error === 'object' && error !== null && markers.some((marker) => marker in error);
}

/** The calls of a stack through which its answer came: at every policy those of the last attempt. */
function wayOf(root: Call): Call[] {
  const way = [root];
  let next = root.spec === 'wrap' ? root.inside.at(-1) : undefined;
  while (next) {
    if (next instanceof Run) {
      // The user's function: what it does is no part of the stack.
      if (next.of === root) break;
      next = next.inside.at(-1);
    } else {
      way.push(next);
      next = insideOf(next);
    }
  }
  return way;
}

function insideOf({ spec, inside, lastRun }: Call): Call | Run | undefined {
  if (spec === 'wrap') return inside.at(-1);
  // What drops its function answers by itself.
  if (spec.type === 'custom' && spec.style === 'drops') return undefined;
  return lastRun?.inside.at(-1);
}
