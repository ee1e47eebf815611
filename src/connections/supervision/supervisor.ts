import type { connectionMetrics, poolMetrics } from '../../instrument.ts';
import type { PoolStats } from '../../metrics/pool.ts';
import type {
  ConnectionLossReason,
  ConnectionState,
  RecoveryResult,
} from '../../semconv/attributes.ts';
import { Emitter } from '../../shared/emitter.ts';
import { errorText } from '../../shared/error-text.ts';
import { runDetached } from '../../shared/logger.ts';
import { MAX_TIMER_MS } from '../../shared/timers.ts';
import { expected } from '../../shared/validate.ts';
import { after, afterAwake, runWithin } from './awake-timer.ts';
import type { SupervisorSettings } from './options.ts';
import { reconnectDelay } from './reconnect-delay.ts';
import {
  type ConnectionAdapter,
  type ConnectionDependency,
  type ConnectionHandlers,
  type ConnectionStateChange,
  ReadOnlyError,
  type SupervisedConnection,
} from './types.ts';

/** Milliseconds that a client has beyond the time it announced. */
const OVERDUE_GRACE = 1000;

export interface SupervisorMetrics {
  readonly connection: ReturnType<typeof connectionMetrics>;
  readonly pool: ReturnType<typeof poolMetrics> | undefined;
}

/**
 * Supervises one connection. At any time exactly one step is due: the next probe while connected, the
 * limit of the client's own attempt while it reconnects, and the next attempt while it is stalled.
 */
export class Supervisor<C> implements SupervisedConnection<C> {
  readonly name: string;
  readonly #adapter: ConnectionAdapter<C>;
  readonly #settings: SupervisorSettings;
  readonly #metrics: SupervisorMetrics;
  readonly #changes = new Emitter<ConnectionStateChange>();
  #state: ConnectionState = 'connecting';
  /** On the clock of `performance.now()`; `undefined` while connected. */
  #downSince: number | undefined = performance.now();
  #hasBeenConnected = false;
  #attempts = 0;
  #hasAlerted = false;
  #lastError: unknown;
  /** Identifies the attempt in progress, of the client or of the supervisor. */
  #attempt: symbol | undefined;
  /** The probe or revival in progress. */
  #run: AbortController | undefined;
  /** Cancels the step that is due. */
  #cancelStep = () => {};
  #cancelStable = () => {};
  #stopListening: (() => void) | undefined;

  constructor(
    name: string,
    adapter: ConnectionAdapter<C>,
    settings: SupervisorSettings,
    metrics: SupervisorMetrics,
  ) {
    this.name = name;
    this.#adapter = adapter;
    this.#settings = settings;
    this.#metrics = metrics;
    metrics.connection.counts.add(this, this.#state);
    metrics.pool?.counts.add(this.#readPool);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get attempts(): number {
    return this.#attempts;
  }

  /** Seconds, for the gauge. */
  get downtime(): number {
    if (this.#downSince === undefined || this.#state === 'closed') return 0;
    return (performance.now() - this.#downSince) / 1000;
  }

  start(): void {
    this.#listen();
    if (this.#state === 'connecting' && this.#attempt === undefined) {
      this.#cancelStep = after(0, this.#reviveInBackground);
    }
  }

  current(): C {
    return this.#adapter.current();
  }

  ready(signal?: AbortSignal): Promise<C> {
    return new Promise<C>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (this.#state === 'closed') return reject(this.#createClosedError());
      if (this.#state === 'connected') return resolve(this.current());
      // The timers of the supervisor are unreferenced, so an awaited promise needs its own.
      const keepAlive = setInterval(() => {}, MAX_TIMER_MS);
      const settle = (run: () => void) => {
        clearInterval(keepAlive);
        unsubscribe();
        signal?.removeEventListener('abort', abort);
        run();
      };
      const abort = () => settle(() => reject(signal?.reason));
      const unsubscribe = this.#changes.subscribe(({ state }) => {
        if (state === 'connected') settle(() => resolve(this.current()));
        if (state === 'closed') settle(() => reject(this.#createClosedError()));
      });
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  onStateChange(listener: (change: ConnectionStateChange) => void): () => void {
    if (typeof listener !== 'function') throw expected('`listener` to be a function', listener);
    return this.#changes.subscribe(listener);
  }

  async recover(): Promise<void> {
    if (this.#state === 'closed') throw this.#createClosedError();
    this.#cancelStep();
    await (this.#state === 'connected' ? this.#probe() : this.#revive());
  }

  dependency(): ConnectionDependency {
    return {
      check: () => {
        if (this.#state === 'connected') return true;
        const cause = this.#lastError === undefined ? '' : `: ${errorText(this.#lastError)}`;
        throw new Error(
          `${this.#state} for ${Math.round(this.downtime)} s after ${this.#attempts} attempts${cause}`,
        );
      },
      recover: () => this.recover(),
    };
  }

  dispose(): void {
    if (this.#state === 'closed') return;
    this.#cancelStep();
    this.#cancelStable();
    this.#set('closed');
    this.#endRun(this.#createClosedError());
    this.#guard(() => this.#stopListening?.());
    const { connection, pool } = this.#metrics;
    connection.counts.remove(this, 'closed');
    connection.leave();
    pool?.counts.remove(this.#readPool);
    pool?.leave();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** What the adapter may call. Errors stay here, because an event of the client is their caller. */
  readonly #handlers: ConnectionHandlers = {
    connected: () => this.#guard(() => this.#onConnected()),
    lost: (reason, error) =>
      this.#guard(() => {
        if (this.#state !== 'connected') return;
        this.#lose(reason, error, 'reconnecting');
        this.#limitClient(0);
      }),
    retrying: (delay = 0) => this.#guard(() => this.#onRetrying(delay)),
    ended: (error) => this.#guard(() => this.#onEnded(error)),
    suspect: (error) =>
      this.#guard(() => {
        if (this.#state !== 'connected' || this.#run) return;
        this.#lastError = error;
        this.#cancelStep();
        this.#probe('error').catch(() => {});
      }),
  };

  #onConnected(): void {
    if (this.#state === 'closed' || this.#state === 'connected') return;
    this.#cancelStep();
    this.#endAttempt('success');
    const { connection } = this.#metrics;
    if (this.#hasBeenConnected) connection.counts.recovered(this.downtime);
    this.#hasBeenConnected = true;
    this.#downSince = undefined;
    this.#cancelStable = after(this.#settings.stableFor, () => {
      this.#attempts = 0;
      this.#hasAlerted = false;
    });
    this.#scheduleProbe();
    this.#set('connected');
  }

  #onRetrying(delay: number): void {
    if (this.#state === 'closed') return;
    if (this.#state === 'connected') this.#lose('closed', undefined, 'reconnecting');
    this.#endAttempt('failure');
    this.#endRun(new Error('the client tries to connect by itself'));
    this.#attempt = Symbol('attempt of the client');
    this.#limitClient(delay);
    if (this.#state !== 'connecting') this.#set('reconnecting');
  }

  #onEnded(error: unknown): void {
    if (this.#state === 'closed') return;
    const isReviving = this.#run !== undefined && this.#state !== 'connected';
    if (isReviving) return this.#run?.abort(error ?? new Error('the client ended'));
    if (this.#state === 'stalled') return;
    this.#endAttempt('failure');
    this.#lose('ended', error, 'stalled');
    this.#scheduleRevival();
  }

  /** Acts if the client does not connect in the time that it announced. */
  #limitClient(delay: number): void {
    const limit = delay + this.#settings.connectTimeout + OVERDUE_GRACE;
    this.#cancelStep();
    this.#cancelStep = afterAwake(limit, () => {
      this.#endAttempt('failure');
      this.#lose('overdue', new Error(`the client did not connect in ${limit} ms`), 'stalled');
      this.#scheduleRevival();
      this.#cut();
    });
  }

  #scheduleProbe(): void {
    this.#cancelStep = after(
      this.#settings.probeInterval,
      () => void this.#probe().catch(() => {}),
    );
  }

  #scheduleRevival(): void {
    const { initialDelay, maxDelay } = this.#settings;
    const delay = reconnectDelay(this.#attempts, { initialDelay, maxDelay });
    this.#cancelStep = after(delay, this.#reviveInBackground);
  }

  async #probe(reason: ConnectionLossReason = 'probe'): Promise<void> {
    const run = this.#startRun();
    this.#metrics.connection.connectIfNeeded();
    try {
      await runWithin(this.#settings.probeTimeout, run, (signal) =>
        this.#call(() => this.#adapter.probe(signal)),
      );
    } catch (error) {
      if (this.#run === run) {
        this.#run = undefined;
        const isReadOnly = error instanceof ReadOnlyError;
        this.#lose(isReadOnly ? 'read_only' : reason, error, 'stalled');
        this.#scheduleRevival();
        if (!isReadOnly) this.#cut();
      }
      throw error;
    }
    if (this.#run !== run) return;
    this.#run = undefined;
    this.#scheduleProbe();
  }

  readonly #reviveInBackground = (): void => {
    this.#revive().catch(() => {});
  };

  async #revive(): Promise<void> {
    const run = this.#startRun();
    const attempt = Symbol('attempt of the supervisor');
    this.#attempt = attempt;
    this.#metrics.connection.connectIfNeeded();
    try {
      if (this.#stopListening === undefined) this.#listen();
      await runWithin(this.#settings.connectTimeout, run, (signal) =>
        this.#call(() => this.#adapter.revive(signal)),
      );
    } catch (error) {
      if (this.#run === run) {
        this.#run = undefined;
        this.#lastError = error;
        if (this.#attempt === attempt) this.#endAttempt('failure');
        this.#set('stalled');
        this.#scheduleRevival();
        // A client that is still connecting would refuse the next attempt.
        this.#cut();
      }
      throw error;
    }
    if (this.#run !== run) return;
    this.#run = undefined;
    this.#onConnected();
  }

  #listen(): void {
    this.#guard(() => {
      this.#stopListening = this.#adapter.listen(this.#handlers);
    });
  }

  #lose(reason: ConnectionLossReason, error: unknown, next: ConnectionState): void {
    this.#cancelStep();
    this.#cancelStable();
    this.#endRun(error);
    this.#lastError = error ?? this.#lastError;
    this.#downSince ??= performance.now();
    this.#metrics.connection.counts.lost(reason);
    this.#set(next, { reason, error });
  }

  #endAttempt(result: RecoveryResult): void {
    if (this.#attempt === undefined) return;
    this.#attempt = undefined;
    this.#attempts++;
    this.#metrics.connection.counts.attempted(result);
    const { alertAfter, onAlert } = this.#settings;
    if (this.#hasAlerted || this.#attempts < alertAfter) return;
    this.#hasAlerted = true;
    const { name } = this;
    const [attempts, downtime, error] = [this.#attempts, this.downtime * 1000, this.#lastError];
    runDetached(() => onAlert?.({ name, attempts, downtime, error }), this.#fault);
  }

  #startRun(): AbortController {
    this.#endRun(new Error('superseded by another attempt'));
    this.#run = new AbortController();
    return this.#run;
  }

  #endRun(reason: unknown): void {
    const run = this.#run;
    this.#run = undefined;
    run?.abort(reason);
  }

  #set(state: ConnectionState, cause: Pick<ConnectionStateChange, 'reason' | 'error'> = {}): void {
    const previousState = this.#state;
    if (state === previousState) return;
    this.#state = state;
    this.#metrics.connection.counts.changed(previousState, state);
    this.#changes.emit({ name: this.name, state, previousState, ...cause }, this.#fault);
  }

  #cut(): void {
    this.#guard(() => this.#adapter.cut());
  }

  /** Calls a method that should return a promise; one that throws is a fault of the adapter. */
  #call(method: () => Promise<unknown>): Promise<unknown> {
    try {
      return Promise.resolve(method());
    } catch (error) {
      this.#fault(error);
      return Promise.reject(error);
    }
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#fault(error);
    }
  }

  readonly #readPool = (): PoolStats | undefined => {
    try {
      return this.#adapter.stats?.();
    } catch (error) {
      this.#fault(error);
      return undefined;
    }
  };

  readonly #fault = (error: unknown): void => this.#metrics.connection.fault(error);

  #createClosedError(): Error {
    return new Error(`the supervision of \`${this.name}\` was disposed of`);
  }
}
