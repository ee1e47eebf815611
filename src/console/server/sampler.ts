import { policyMetrics } from '../../instrument.ts';
import { type PolicyMetrics, policyMetricsCreated } from '../../metrics/policy-metrics.ts';
import { groupByName } from '../../operations/views/group-by-name.ts';
import { reportFault } from '../../shared/diagnostics.ts';
import { Turns } from '../../shared/event-loop-turns.ts';
import { pack } from '../protocol/encoding.ts';
import type { Full } from '../protocol/messages.ts';
import { LINGER_STEPS, STEP_MS } from '../protocol/retention.ts';
import { CounterDeltas } from './counter-deltas.ts';
import { inbox } from './duration-inbox.ts';
import { Times } from './outcome-history.ts';
import { PolicyRow } from './policy-row.ts';
import { selectRows } from './row-selection.ts';

/** As many names have a row: as many sets of attributes as an SDK keeps. */
const MOST_ROWS = 2000;

/** What one step has found; rows are JSON. */
export interface Step {
  readonly at: number;
  readonly elapsed: number;
  readonly changed: readonly string[];
  readonly gone: readonly string[];
  readonly more: number;
  readonly states: readonly number[];
}

/** Everything that is known; JSON in pieces. */
export interface Everything extends Pick<Full, 'at' | 'more' | 'states' | 'times'> {
  readonly rows: readonly string[];
  readonly past: readonly string[];
}

/**
 * Reads all policies once a second, for all who look, and not at all where nobody does: a moment
 * after the last has gone there is no timer, and nobody who takes durations.
 */
export class Sampler {
  readonly #listeners = new Set<(step: Step) => void>();
  #watched = new Map<string, PolicyRow>();
  #times = new Times();
  #gains = new CounterDeltas();
  #more = 0;
  #states: readonly number[] = [];
  #at = 0;
  /** When that was by a clock that nobody sets. */
  #ticks = 0;
  #alone = 0;
  #busy: Promise<unknown> = Promise.resolve();
  /** Whether a step waits for its turn. */
  #isDue = false;
  #timer: NodeJS.Timeout | undefined;

  /** @returns ends it */
  join(listener: (step: Step) => void): () => void {
    this.#alone = 0;
    if (this.#timer === undefined) this.#start();
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Between two steps: the next one is not in it. */
  everything(): Promise<Everything> {
    return this.#exclusively(async () => {
      const indexes = this.#times.indexes();
      const all = [...this.#watched.values()];
      const past: string[] = [];
      const turns = new Turns();
      for (const watched of all) {
        past.push(JSON.stringify(watched.past.read(indexes)));
        if (turns.isOver) await turns.next();
      }
      return {
        at: this.#at,
        more: this.#more,
        states: this.#states,
        // By the clock of now, wherever it stood then.
        times: this.#times.at(indexes).map((ticks) => this.#at - (this.#ticks - ticks)),
        rows: all.map(({ json }) => json),
        past,
      };
    });
  }

  /** What takes turns runs behind what is under way. */
  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#busy.then(work);
    this.#busy = done.catch(reportFault);
    return done;
  }

  #start(): void {
    this.#watched = new Map();
    this.#times = new Times();
    this.#gains = new CounterDeltas();
    this.#isDue = false;
    this.#exclusively(() => this.#step()).catch(() => {});
    this.#timer = setInterval(() => this.#turn(), STEP_MS);
    this.#timer.unref();
  }

  #turn(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#exclusively(async () => {
      this.#isDue = false;
      if (this.#listeners.size === 0 && ++this.#alone > LINGER_STEPS) return this.#stop();
      const step = await this.#step();
      for (const listener of this.#listeners) listener(step);
    }).catch(() => {});
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const watched of this.#watched.values()) watched.tap([]);
    inbox.empty();
    this.#watched = new Map();
  }

  async #step(): Promise<Step> {
    const turns = new Turns();
    inbox.empty();
    this.#at = Date.now();
    const ticks = Math.round(performance.now());
    const elapsed = ticks - this.#ticks;
    this.#ticks = ticks;
    const index = this.#times.add(ticks);
    const made = policyMetricsCreated();
    const all = groupByName(policyMetrics());
    const hasRow = (name: string) => this.#watched.has(name);
    const { names, states } = await selectRows(all, hasRow, MOST_ROWS, turns);
    this.#more = all.size - names.size;
    this.#states = states;
    const gone = this.#forget(names, all);
    const changed: string[] = [];
    for (const name of names) {
      if (turns.isOver) await turns.next();
      const found = all.get(name) ?? [];
      const watched = this.#watched.get(name) ?? this.#watch(name);
      watched.tap(found);
      const json = jsonOf(watched, index, found[0]);
      if (json === watched.json) continue;
      watched.json = json;
      changed.push(json);
    }
    this.#gains.turn(made);
    return { at: this.#at, elapsed, changed, gone, more: this.#more, states };
  }

  #watch(name: string): PolicyRow {
    const watched = new PolicyRow(name, this.#gains);
    this.#watched.set(name, watched);
    return watched;
  }

  #forget(
    names: ReadonlySet<string>,
    all: ReadonlyMap<string, readonly PolicyMetrics[]>,
  ): string[] {
    const gone = [...this.#watched].filter(([name]) => !names.has(name));
    for (const [name, watched] of gone) {
      watched.tap([]);
      this.#watched.delete(name);
      this.#gains.forget(all.get(name) ?? []);
    }
    return gone.map(([name]) => name);
  }
}

/** A policy may be of the user's own, and fail when it is read: then its row stays as it was. */
function jsonOf(watched: PolicyRow, index: number, scope: PolicyMetrics | undefined): string {
  try {
    return JSON.stringify(pack(watched.step(index)));
  } catch (fault) {
    scope?.fault(fault);
    return watched.json || JSON.stringify(pack(watched.unknown()));
  }
}

/** One for all, as there is one place for who takes durations. */
export const sampler = new Sampler();
