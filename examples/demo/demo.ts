import { setTimeout as sleep } from 'node:timers/promises';
import type { DependencyMonitor } from 'cockatiel-otel/health';
import { startMetrics } from 'cockatiel-otel/prometheus';
import { AlertReceiver, alertNameOf, SEVERITIES, severityOf } from './alert-receiver.ts';
import { CallCounts, listDifferences, query, scrape } from './call-counts.ts';
import { Cleanup } from './cleanup.ts';
import { Client } from './client.ts';
import { EventLog } from './event-log.ts';
import { watchServices } from './health.ts';
import type { LivePage } from './live.ts';
import { findPrograms, type Monitoring, startMonitoring } from './monitoring.ts';
import { PHASES, type Phase } from './phases.ts';
import { SERVICES, Service, type ServiceSpec } from './services.ts';
import { Traffic } from './traffic.ts';

/** The comparison of the demo's counts with those of a source. */
export interface Audit {
  readonly source: '/metrics' | 'Prometheus';
  /** One line for each difference. */
  readonly differences: readonly string[];
}

/** The running demo: services, clients, metrics, and Prometheus if it is installed. */
export class Demo {
  readonly log = new EventLog();
  readonly counts = new CallCounts();
  readonly services: Service[] = [];
  readonly clients: Client[] = [];
  readonly alerts = new AlertReceiver((alert) => {
    const [verb, tone] =
      alert.status === 'firing' ? SEVERITIES[severityOf(alert)] : (['RESOLVED', 'good'] as const);
    this.log.add(tone, `${verb} ${alertNameOf(alert)}`);
  });
  readonly live: LivePage | undefined;
  /** The URL of the metrics. */
  metrics = '';
  monitoring: Monitoring | undefined;
  /** Checks the health of the services. */
  health: DependencyMonitor | undefined;
  /** Why Prometheus or Alertmanager does not run. */
  monitoringProblem = '';
  phase: Phase = PHASES[0] as Phase;
  /** When the phase started, by the clock of the log. */
  phaseStartedAt = 0;
  readonly #closing = new Cleanup();
  #traffic: Traffic | undefined;

  private constructor(live: LivePage | undefined) {
    this.live = live;
    if (live) this.#closing.defer(live.close);
  }

  /**
   * @param port of the metrics
   * @param live is closed together with the demo
   * @throws Error if the metrics cannot be served; nothing keeps running then
   */
  static async start(port: number, live?: LivePage): Promise<Demo> {
    const demo = new Demo(live);
    try {
      await demo.#start(port);
      return demo;
    } catch (error) {
      await demo.close();
      throw error;
    }
  }

  /** Plays all phases once. Rejects when `signal` is aborted. */
  async playPhases(signal?: AbortSignal): Promise<void> {
    for (const phase of PHASES) {
      this.enter(phase);
      await sleep(phase.seconds * 1000, undefined, { signal });
    }
  }

  /** Starts a phase: sets the condition of each service. The clients call the services. */
  enter(phase: Phase): void {
    this.phase = phase;
    this.phaseStartedAt = this.log.now;
    this.log.startPhase();
    this.log.add('news', `${phase.name}: ${phase.description}`);
    for (const service of this.services) service.setCondition(phase.conditions[service.spec.name]);
    this.#traffic ??= new Traffic(this.clients);
  }

  /** Stops the traffic and waits for all calls, so that the counts are final. */
  async settle(): Promise<void> {
    await this.#traffic?.stop();
    this.#traffic = undefined;
  }

  /**
   * Compares the counts of the demo with the metrics. Requires `settle` before.
   *
   * @param prometheus whether to compare with Prometheus too, if it runs
   */
  async audit({ prometheus = true } = {}): Promise<Audit[]> {
    const { counts: ledger } = this.counts;
    const audits: Audit[] = [
      { source: '/metrics', differences: listDifferences(ledger, await scrape(this.metrics)) },
    ];
    if (this.monitoring && prometheus) {
      audits.push({
        source: 'Prometheus',
        differences: await this.#compareWithPrometheus(this.monitoring),
      });
    }
    return audits;
  }

  async close(): Promise<void> {
    await this.settle();
    await this.#closing.run();
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
      // The first request of a process is slow, so it is not one of the demo.
      await (await fetch(url)).text();
      const client = new Client(spec, url, this.counts, this.log);
      this.clients.push(client);
      this.#closing.defer(() => client.stop());
      watched.set(spec.name, { spec, url });
    }
    await this.#monitor();
    const health = watchServices(watched, this.log);
    this.#closing.defer(health.stop);
    await health.ready;
    this.health = health;
  }

  async #monitor(): Promise<void> {
    const programs = findPrograms();
    if ('missing' in programs) {
      this.monitoringProblem = `no alerts: ${programs.missing} not found on the PATH`;
      return;
    }
    this.#closing.defer(() => this.alerts.stop());
    const pager = await this.alerts.start();
    try {
      const monitoring = await startMonitoring(programs, new URL(this.metrics), pager);
      this.#closing.defer(monitoring.stop);
      this.monitoring = monitoring;
      monitoring.ended.then(() => {
        this.monitoring = undefined;
        this.monitoringProblem = 'no more alerts: Prometheus or Alertmanager has ended';
      });
    } catch (error) {
      this.monitoringProblem = `no alerts: ${error instanceof Error ? error.message : error}`;
    }
  }

  /** Waits for the last scrape. */
  async #compareWithPrometheus({ prometheus }: Monitoring): Promise<string[]> {
    const deadline = performance.now() + 5000;
    for (;;) {
      const found = listDifferences(this.counts.counts, await query(prometheus));
      if (found.length === 0 || performance.now() > deadline) return found;
      await sleep(100);
    }
  }
}
