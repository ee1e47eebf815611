import { types } from 'node:util';
import { ownProperties } from '../../shared/validate.ts';
import { currentExecution, currentInvocation } from '../members/call-context.ts';
import { now } from '../members/moment.ts';
import type { FallbackCall } from '../members/types.ts';
import { type CallKey, createCallKey } from './call-key.ts';
import { createCopier } from './copy-mode.ts';
import { MemoryStore } from './memory-store.ts';
import { type AgeLimit, assertStoreOptions, type StoreOptions } from './options.ts';

const MAX_KEYS = 1000;

interface RecalledValue {
  readonly key: string;
  readonly value: unknown;
  /** Milliseconds since the attempt that returned the value began. */
  readonly age: number;
}

/** The values of a fallback strategy that answers with earlier values: one store for each policy. */
export class StoredValues {
  readonly #options: StoreOptions & AgeLimit;
  readonly #copier;
  readonly #stores = new WeakMap<object, MemoryStore>();
  /** By execution. Created when it begins, because its function may change the arguments. */
  readonly #keys = new WeakMap<object, CallKey | undefined>();
  #hasWarned = false;

  /** @throws TypeError if an option is invalid */
  constructor(options: StoreOptions & AgeLimit) {
    this.#options = ownProperties(options);
    assertStoreOptions(this.#options);
    this.#copier = createCopier(this.#options.copy);
  }

  begin(call: FallbackCall): void {
    const execution = currentExecution();
    if (execution) this.#keys.set(execution, this.#createKey(call));
  }

  /** Stores the value. If a hook of the user throws, nothing is stored and the call is unaffected. */
  remember(value: unknown, call: FallbackCall): void {
    try {
      const { keep = isStorable } = this.#options;
      if (!keep(value)) return;
      const key = this.#keyOf(call);
      if (key === undefined) return;
      this.#storeOf(call).store(key.storageKey, value, currentInvocation()?.attemptedAt ?? now());
    } catch (error) {
      this.#warnOnce(call, error);
    }
  }

  recall(call: FallbackCall): RecalledValue | undefined {
    try {
      const key = this.#keyOf(call);
      const recalled = key && this.#storeOf(call).recall(key.storageKey);
      return recalled && { ...recalled, key: key.key };
    } catch (error) {
      this.#warnOnce(call, error);
      return undefined;
    }
  }

  /** A fallback that is executed without its stack has no key from the beginning of an execution. */
  #keyOf(call: FallbackCall): CallKey | undefined {
    const execution = currentExecution();
    return execution && this.#keys.has(execution)
      ? this.#keys.get(execution)
      : this.#createKey(call);
  }

  #createKey(call: FallbackCall): CallKey | undefined {
    try {
      return createCallKey(call, this.#options.key, this.#options.perInstance ?? true);
    } catch (error) {
      this.#warnOnce(call, error);
      return undefined;
    }
  }

  #storeOf({ policy }: FallbackCall): MemoryStore {
    let store = this.#stores.get(policy);
    if (store === undefined) {
      const { maxKeys = MAX_KEYS, maxAge } = this.#options;
      store = new MemoryStore(maxKeys, maxAge, this.#copier);
      this.#stores.set(policy, store);
    }
    return store;
  }

  /** Once, because the same error occurs with every call. */
  #warnOnce({ name }: FallbackCall, error: unknown): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    const reason = error instanceof Error ? error.message : 'a hook threw a value that is no error';
    process.emitWarning(
      `The fallback of the policy ${JSON.stringify(name)} stores nothing of a call: ${reason}`,
      'CockatielOtelWarning',
    );
  }
}

/** Errors and unsuccessful responses, such as a 404, are not stored, even if the stack accepts them. */
function isStorable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (value instanceof Error || types.isNativeError(value)) return false;
  return !('ok' in value) || value.ok !== false;
}
