import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Tone } from './feed.ts';

export interface Alert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly fingerprint: string;
}

/** Who is on call: a webhook that Alertmanager delivers to. */
export class Pager {
  /** Alerts that fire now. */
  readonly firing = new Map<string, Alert & { readonly since: number }>();
  /** By alert: how many times it fired and was resolved. */
  readonly history = new Map<string, { fired: number; resolved: number }>();
  readonly #listener: (alert: Alert) => void;
  readonly #server = createServer(async (request, response) => {
    const { alerts } = JSON.parse(await text(request)) as { alerts: readonly Alert[] };
    for (const alert of alerts) this.#receive(alert);
    response.end();
  });

  /** @param listener is told when an alert begins to fire and when it is resolved */
  constructor(listener: (alert: Alert) => void) {
    this.#listener = listener;
  }

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #receive(alert: Alert): void {
    const { fingerprint, status } = alert;
    // A notification is sent again; only what changes is news.
    if ((status === 'firing') === this.firing.has(fingerprint)) return;
    const name = nameOf(alert);
    const history = this.history.get(name) ?? { fired: 0, resolved: 0 };
    this.history.set(name, history);
    if (status === 'firing') {
      history.fired++;
      this.firing.set(fingerprint, { ...alert, since: performance.now() });
    } else {
      history.resolved++;
      this.firing.delete(fingerprint);
    }
    this.#listener(alert);
  }
}

/** The alert and whom it is about. */
export function nameOf(alert: Alert): string {
  return [titleOf(alert), subjectOf(alert)].filter(Boolean).join(' ');
}

export function titleOf({ labels }: Alert): string {
  return labels['alertname'] ?? '';
}

/** A policy, or a dependency; none, if it is about a service as a whole. */
export function subjectOf({ labels }: Alert): string {
  return labels['resilience_policy_name'] ?? labels['resilience_dependency_name'] ?? '';
}

export type Severity = keyof typeof SEVERITIES;

/** The word for a severity, and its tone; the worst first. */
export const SEVERITIES = {
  critical: ['PAGE', 'page'],
  warning: ['WARNING', 'warning'],
  info: ['INFO', 'news'],
} as const satisfies Record<string, readonly [string, Tone]>;

export function severityOf({ labels }: Alert): Severity {
  const severity = labels['severity'] ?? '';
  return severity in SEVERITIES ? (severity as Severity) : 'info';
}
