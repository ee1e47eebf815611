import { type MeterProvider, metrics } from '@opentelemetry/api';
import type { Group } from '../aggregate/group.ts';
import { reportFault } from './diagnostics.ts';
import { isRegistered } from './registration.ts';
import { connect, type Reporter } from './reporter.ts';

/**
 * Reports a group to the global meter provider, whenever that comes: policies are made when modules
 * load, SDKs start later, and a meter of the API's no-op provider never wakes up.
 */
export class GlobalConnection {
  readonly #group: Group;
  #provider: MeterProvider | undefined;
  #reporter: Reporter | undefined;
  /** A provider that comes again must not be told again what it was told before. */
  readonly #reporters = new WeakMap<MeterProvider, Reporter>();

  constructor(group: Group) {
    this.#group = group;
    this.#listen();
  }

  /** Before each execution: finds an SDK that was registered through another copy of the API. */
  readonly ensure = (): void => {
    if (this.#reporter === undefined) this.refresh();
  };

  /** Connects if there is a provider, and another than the last. Never throws. */
  refresh(): void {
    try {
      const provider = metrics.getMeterProvider();
      if (provider === this.#provider) return;
      this.#provider = provider;
      if (!isRegistered()) return;
      this.#reporter?.stop();
      this.#reporter = this.#reporters.get(provider);
      if (this.#reporter) this.#reporter.start();
      else this.#reporter = connect(this.#group, provider);
      if (this.#reporter) this.#reporters.set(provider, this.#reporter);
    } catch (fault) {
      reportFault(fault);
    }
  }

  /** The API has no event for it, so the one method that registers a provider tells us too. */
  #listen(): void {
    const register = metrics.setGlobalMeterProvider;
    const connection = this;
    metrics.setGlobalMeterProvider = function setGlobalMeterProvider(provider) {
      const registered = register.call(this, provider);
      connection.refresh();
      return registered;
    };
  }
}
