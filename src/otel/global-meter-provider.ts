import { type MeterProvider, metrics } from '@opentelemetry/api';
import type { MeterGroup } from '../metrics/meter-group.ts';
import { reportFault } from '../shared/diagnostics.ts';
import { warnIfUnreachable, warnOfConflict } from './api-version.ts';
import { isRegistered } from './registration.ts';
import { connect, type Reporter } from './reporter.ts';

/**
 * Exports a group to the global meter provider, even if it is registered later: modules create policies
 * when they load, and SDKs start later. A meter of the API's no-op provider never becomes active.
 */
export class GlobalMeterProviderConnection {
  readonly #group: MeterGroup;
  #provider: MeterProvider | undefined;
  #reporter: Reporter | undefined;
  /** A provider that is registered again has its instruments already. */
  readonly #reporters = new WeakMap<MeterProvider, Reporter>();

  constructor(group: MeterGroup) {
    this.#group = group;
    this.#wrapRegistration();
  }

  /**
   * Connects to the provider if it has changed. Also runs with each execution, because another copy of
   * the API may register a provider, such as the CommonJS copy beside the ES module. Never throws.
   */
  readonly refresh = (): void => {
    try {
      const provider = metrics.getMeterProvider();
      if (provider !== this.#provider) this.#connect(provider);
      if (this.#reporter === undefined) warnIfUnreachable();
    } catch (error) {
      reportFault(error);
    }
  };

  #connect(provider: MeterProvider): void {
    this.#provider = provider;
    if (!isRegistered()) return;
    this.#reporter?.stop();
    this.#reporter = this.#reporters.get(provider);
    if (this.#reporter) this.#reporter.start();
    else this.#reporter = connect(this.#group, provider, this.refresh);
    if (this.#reporter) this.#reporters.set(provider, this.#reporter);
  }

  /** The API has no event for a registration, so the method is wrapped. */
  #wrapRegistration(): void {
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
      // The object is frozen. The next execution finds the provider.
    }
  }
}
