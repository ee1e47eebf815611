import { type MeterProvider, metrics } from '@opentelemetry/api';
import type { MeterGroup } from '../metrics/meter-group.ts';
import { reportFault } from '../shared/diagnostics.ts';
import { warnIfUnreachable, warnOfConflict } from './api-version.ts';
import { isRegistered } from './registration.ts';
import { connect, type Reporter } from './reporter.ts';

/**
 * Reports a group to the global meter provider, whenever that comes: policies are made when modules
 * load, SDKs start later, and a meter of the API's no-op provider never wakes up.
 */
export class GlobalMeterProviderConnection {
  readonly #group: MeterGroup;
  #provider: MeterProvider | undefined;
  #reporter: Reporter | undefined;
  /** A provider that comes again has its instruments already. */
  readonly #reporters = new WeakMap<MeterProvider, Reporter>();

  constructor(group: MeterGroup) {
    this.#group = group;
    this.#listen();
  }

  /**
   * Connects if there is a provider, and another than the last. Runs with each execution too, as
   * another copy of the API may register one: that of CommonJS, beside the one of ES modules. Never
   * throws.
   */
  readonly refresh = (): void => {
    try {
      const provider = metrics.getMeterProvider();
      if (provider !== this.#provider) this.#follow(provider);
      if (this.#reporter === undefined) warnIfUnreachable();
    } catch (fault) {
      reportFault(fault);
    }
  };

  #follow(provider: MeterProvider): void {
    this.#provider = provider;
    if (!isRegistered()) return;
    this.#reporter?.stop();
    this.#reporter = this.#reporters.get(provider);
    if (this.#reporter) this.#reporter.start();
    else this.#reporter = connect(this.#group, provider, this.refresh);
    if (this.#reporter) this.#reporters.set(provider, this.#reporter);
  }

  /** The API has no event for it, so the one method that registers a provider is wrapped. */
  #listen(): void {
    const register = metrics.setGlobalMeterProvider;
    const connection = this;
    try {
      metrics.setGlobalMeterProvider = function setGlobalMeterProvider(provider) {
        const registered = register.call(this, provider);
        connection.refresh();
        if (!registered && connection.#reporter === undefined) warnOfConflict();
        return registered;
      };
    } catch {
      // Frozen: the next execution finds the provider.
    }
  }
}
