import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, type ViewOptions } from '@opentelemetry/sdk-metrics';
import { instrument } from '../../src/index.ts';

/** One line of the text format. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The installed Prometheus exporter, serving over loopback. */
export class TestExporter {
  readonly provider: MeterProvider;
  readonly #exporter = new PrometheusExporter({ preventServerStart: true });
  readonly #server = createServer((request, response) =>
    this.#exporter.getMetricsRequestHandler(request, response),
  );
  /** `instrument`, reporting to this exporter. */
  readonly instrument: typeof instrument = (name, policy, options) =>
    instrument(name, policy, { meterProvider: this.provider, ...options });

  constructor(views: ViewOptions[] = []) {
    const resource = resourceFromAttributes({ 'service.version': '1.0.0' });
    this.provider = new MeterProvider({ readers: [this.#exporter], views, resource });
  }

  async scrape(): Promise<Sample[]> {
    if (!this.#server.listening) {
      this.#server.listen(0, '127.0.0.1');
      await once(this.#server, 'listening');
    }
    const { port } = this.#server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    return samplesOf(await response.text());
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await this.provider.shutdown();
  }
}

/** Reads the text format, as far as these tests' names and values need it. */
function samplesOf(page: string): Sample[] {
  return page
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] = line.match(/^(\w+)(?:\{(.*)\})? (\S+)$/) ?? [];
      return {
        name,
        labels: Object.fromEntries(
          [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key, text]),
        ),
        value: Number(value),
      };
    });
}
