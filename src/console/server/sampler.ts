import { policyMetrics } from '../../instrument.ts';
import { type PolicyMetrics, policyMetricsCreated } from '../../metrics/policy-metrics.ts';
import { groupByName } from '../../operations/views/group-by-name.ts';
import { reportFault } from '../../shared/diagnostics.ts';
import { Turns } from '../../shared/event-loop-turns.ts';
import type { SnapshotMessage } from '../protocol/messages.ts';
import { LINGER_STEPS, STEP_MS } from '../protocol/timing.ts';
import { CounterDeltas } from './counter-deltas.ts';
import { SampleTimes } from './outcome-history.ts';
import { PolicyRow } from './policy-row.ts';
import { selectRows } from './row-selection.ts';

/** The default cardinality limit of an OpenTelemetry SDK. */
const MAX_ROWS = 2000;

/** The result of one step. */
export interface Step {
  readonly at: number;
  readonly elapsed: number;
  /** JSON. */
  readonly changedRows: readonly string[];
  readonly removed: readonly string[];
  readonly omittedNames: number;
  readonly states: readonly number[];
}

/** The present state; rows and their history are JSON. */
export interface SampledState
  extends Pick<SnapshotMessage, 'at' | 'omittedNames' | 'states' | 'times'> {
  readonly rows: readonly string[];
  readonly history: readonly string[];
}

/**
 * Samples all policies once per second for all viewers. Without viewers it stops after a while, and
 * then has no timer and observes no durations.
 */
export class Sampler {
  readonly #listeners = new Set<(step: Step) => void>();
  #rows = new Map<string, PolicyRow>();
  #times = new SampleTimes();
  #deltas = new CounterDeltas();
  #omittedNames = 0;
  #states: readonly number[] = [];
  /** The time of the last step on the wall clock. */
  #at = 0;
  /** The time of the last step on the monotonic clock. */
  #ticks = 0;
  #stepsWithoutListeners = 0;
  #lastTask: Promise<unknown> = Promise.resolve();
  #isStepQueued = false;
  #timer: NodeJS.Timeout | undefined;

  /** @returns a function that removes the listener */
  subscribe(listener: (step: Step) => void): () => void {
    this.#stepsWithoutListeners = 0;
    if (this.#timer === undefined) this.#start();
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Reads the present state between two steps. */
  readAll(): Promise<SampledState> {
    return this.#runExclusively(async () => {
      const indexes = this.#times.indexes();
      const rows = [...this.#rows.values()];
      const history: string[] = [];
      const turns = new Turns();
      for (const row of rows) {
        history.push(JSON.stringify(row.history.read(indexes)));
        if (turns.isOver) await turns.next();
      }
      return {
        at: this.#at,
        omittedNames: this.#omittedNames,
        states: this.#states,
        // Relative to the present wall clock, which may have been set since the samples were taken.
        times: this.#times.at(indexes).map((ticks) => this.#at - (this.#ticks - ticks)),
        rows: rows.map(({ json }) => json),
        history,
      };
    });
  }

  /** Tasks yield to the event loop, so each waits for the previous one. */
  #runExclusively<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#lastTask.then(task);
    this.#lastTask = result.catch(reportFault);
    return result;
  }

  #start(): void {
    this.#rows = new Map();
    this.#times = new SampleTimes();
    this.#deltas = new CounterDeltas();
    this.#isStepQueued = false;
    this.#runExclusively(() => this.#sampleAll()).catch(() => {});
    this.#timer = setInterval(() => this.#queueStep(), STEP_MS);
    this.#timer.unref();
  }

  #queueStep(): void {
    if (this.#isStepQueued) return;
    this.#isStepQueued = true;
    this.#runExclusively(async () => {
      this.#isStepQueued = false;
      if (this.#listeners.size === 0 && ++this.#stepsWithoutListeners > LINGER_STEPS) {
        this.#stop();
        return;
      }
      const step = await this.#sampleAll();
      for (const listener of this.#listeners) listener(step);
    }).catch(() => {});
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const row of this.#rows.values()) row.observe([]);
    this.#rows = new Map();
  }

  async #sampleAll(): Promise<Step> {
    const turns = new Turns();
    this.#at = Date.now();
    const ticks = Math.round(performance.now());
    const elapsed = ticks - this.#ticks;
    this.#ticks = ticks;
    const index = this.#times.add(ticks);
    const created = policyMetricsCreated();
    const policiesByName = groupByName(policyMetrics());
    const hasRow = (name: string) => this.#rows.has(name);
    const { names, states } = await selectRows(policiesByName, hasRow, MAX_ROWS, turns);
    this.#omittedNames = policiesByName.size - names.size;
    this.#states = states;
    const removed = this.#removeRows(names, policiesByName);
    const changedRows: string[] = [];
    for (const name of names) {
      if (turns.isOver) await turns.next();
      const policies = policiesByName.get(name) ?? [];
      const row = this.#rows.get(name) ?? this.#addRow(name);
      row.observe(policies);
      const json = sampleRow(row, index, policies[0]);
      if (json === row.json) continue;
      row.json = json;
      changedRows.push(json);
    }
    this.#deltas.endStep(created);
    return {
      at: this.#at,
      elapsed,
      changedRows,
      removed,
      omittedNames: this.#omittedNames,
      states,
    };
  }

  #addRow(name: string): PolicyRow {
    const row = new PolicyRow(name, this.#deltas);
    this.#rows.set(name, row);
    return row;
  }

  /** Removes the rows of all other names. */
  #removeRows(
    names: ReadonlySet<string>,
    policiesByName: ReadonlyMap<string, readonly PolicyMetrics[]>,
  ): string[] {
    const removed = [...this.#rows].filter(([name]) => !names.has(name));
    for (const [name, row] of removed) {
      row.observe([]);
      this.#rows.delete(name);
      this.#deltas.forget(policiesByName.get(name) ?? []);
    }
    return removed.map(([name]) => name);
  }
}

/** A user's own policy may throw. Its row then stays as it is. */
function sampleRow(row: PolicyRow, index: number, policy: PolicyMetrics | undefined): string {
  try {
    return JSON.stringify(row.sample(index));
  } catch (error) {
    policy?.fault(error);
    return row.json || JSON.stringify(row.emptyRow());
  }
}

/** One for all routes, because a policy has one observer of durations. */
export const sampler = new Sampler();
