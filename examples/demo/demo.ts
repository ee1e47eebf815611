import { setTimeout as sleep } from 'node:timers/promises';
import type { DependencyMonitor } from 'cockatiel-otel/health';
import { startMetrics } from 'cockatiel-otel/prometheus';
import { Book, differences, query, scrape } from './books.ts';
import { Client } from './client.ts';
import { Closing } from './closing.ts';
import { Feed } from './feed.ts';
import { watchServices } from './health.ts';
import type { Live } from './live.ts';
import { findPrograms, type Monitoring, startMonitoring } from './monitoring.ts';
import { nameOf, Pager, SEVERITIES, severityOf } from './pager.ts';
import { SERVICES, Service, type ServiceSpec } from './services.ts';
import { type Phase, STORY } from './story.ts';
import { Traffic } from './traffic.ts';

/** Whether somebody else's numbers are the demo's own. */
export interface Audit {
  readonly source: '/metrics' | 'Prometheus';
  /** What differs, a line each. */
  readonly differences: readonly string[];
}

/** Everything that runs: services, the client, the metrics and, where there is one, a Prometheus. */
export class Demo {
  readonly feed = new Feed();
  readonly book = new Book();
  readonly services: Service[] = [];
  readonly clients: Client[] = [];
  readonly pager = new Pager((alert) => {
    const [verb, tone] =
      alert.status === 'firing' ? SEVERITIES[severityOf(alert)] : (['RESOLVED', 'good'] as const);
    this.feed.tell(tone, `${verb} ${nameOf(alert)}`);
  });
  /** Where its policies can be seen and steered. */
  readonly live: Live | undefined;
  /** Where the metrics are. */
  metrics = '';
  monitoring: Monitoring | undefined;
  /** Checks the health of the services. */
  health: DependencyMonitor | undefined;
  /** Why there is no monitoring. */
  unmonitored = '';
  phase: Phase = STORY[0] as Phase;
  /** When the phase began, by the feed's clock. */
  phaseBegan = 0;
  readonly #closing = new Closing();
  #traffic: Traffic | undefined;

  private constructor(live: Live | undefined) {
    this.live = live;
    if (live) this.#closing.defer(live.close);
  }

  /**
   * @param port of the metrics
   * @param live is closed with it
   * @throws Error if the metrics can't be served; nothing is left running then
   */
  static async start(port: number, live?: Live): Promise<Demo> {
    const demo = new Demo(live);
    try {
      await demo.#start(port);
      return demo;
    } catch (error) {
      await demo.close();
      throw error;
    }
  }

  /** Tells the story once. Rejects when `signal` is aborted. */
  async play(signal?: AbortSignal): Promise<void> {
    for (const phase of STORY) {
      this.enter(phase);
      await sleep(phase.seconds * 1000, undefined, { signal });
    }
  }

  /** From now on the services are as the phase says, and the client calls them. */
  enter(phase: Phase): void {
    this.phase = phase;
    this.phaseBegan = this.feed.now;
    this.feed.turn();
    this.feed.tell('news', `${phase.name}: ${phase.news}`);
    for (const service of this.services) service.become(phase.conditions[service.spec.name]);
    this.#traffic ??= new Traffic(this.clients);
  }

  /** Ends the traffic, once every call is answered; the numbers move no more. */
  async settle(): Promise<void> {
    await this.#traffic?.stop();
    this.#traffic = undefined;
  }

  /**
   * Compares the demo's own count with the metrics; the traffic must have been settled.
   *
   * @param prometheus whether that is asked too, if there is one
   */
  async audit({ prometheus = true } = {}): Promise<Audit[]> {
    const { ledger } = this.book;
    const audits: Audit[] = [
      { source: '/metrics', differences: differences(ledger, await scrape(this.metrics)) },
    ];
    if (this.monitoring && prometheus) {
      audits.push({ source: 'Prometheus', differences: await this.#asked(this.monitoring) });
    }
    return audits;
  }

  async close(): Promise<void> {
    await this.settle();
    await this.#closing.close();
  }

  async #start(port: number): Promise<void> {
    const { url, shutdown } = await startMetrics({ port });
    this.metrics = url;
    this.#closing.defer(shutdown);
    const watched = new Map<string, { spec: ServiceSpec; url: string }>();
    for (const spec of SERVICES) {
      const service = new Service(spec);
      this.services.push(service);
      this.#closing.defer(() => service.stop());
      const url = await service.start();
      // The first call of a process takes its time; let it not be one that is told of.
      await (await fetch(url)).text();
      const client = new Client(spec, url, this.book, this.feed);
      this.clients.push(client);
      this.#closing.defer(() => client.stop());
      watched.set(spec.name, { spec, url });
    }
    await this.#monitor();
    const health = watchServices(watched, this.feed);
    this.#closing.defer(health.stop);
    await health.ready;
    this.health = health;
  }

  async #monitor(): Promise<void> {
    const programs = findPrograms();
    if ('missing' in programs) {
      this.unmonitored = `no alerts: ${programs.missing} not found on the PATH`;
      return;
    }
    this.#closing.defer(() => this.pager.stop());
    const pager = await this.pager.start();
    try {
      const monitoring = await startMonitoring(programs, new URL(this.metrics), pager);
      this.#closing.defer(monitoring.stop);
      this.monitoring = monitoring;
      monitoring.ended.then(() => {
        this.monitoring = undefined;
        this.unmonitored = 'no alerts any more: Prometheus or Alertmanager has ended';
      });
    } catch (error) {
      this.unmonitored = `no alerts: ${error instanceof Error ? error.message : error}`;
    }
  }

  /** The last scrape may still be to come. */
  async #asked({ prometheus }: Monitoring): Promise<string[]> {
    const deadline = performance.now() + 5000;
    for (;;) {
      const found = differences(this.book.ledger, await query(prometheus));
      if (found.length === 0 || performance.now() > deadline) return found;
      await sleep(100);
    }
  }
}
