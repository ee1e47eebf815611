import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Tone } from './event-log.ts';

export interface Alert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly fingerprint: string;
}

/** Receives the notifications of Alertmanager as a webhook. */
export class AlertReceiver {
  /** Firing alerts by fingerprint. */
  readonly firing = new Map<string, Alert & { readonly since: number }>();
  /** By alert, how many times it fired and was resolved. */
  readonly history = new Map<string, { fired: number; resolved: number }>();
  readonly #listener: (alert: Alert) => void;
  readonly #server = createServer(async (request, response) => {
    const { alerts } = JSON.parse(await text(request)) as { alerts: readonly Alert[] };
    for (const alert of alerts) this.#receive(alert);
    response.end();
  });

  /** @param listener receives each alert when it starts firing and when it is resolved */
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
    // Alertmanager repeats notifications.
    if ((status === 'firing') === this.firing.has(fingerprint)) return;
    const name = alertNameOf(alert);
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

/** The alert and its subject. */
export function alertNameOf(alert: Alert): string {
  return [titleOf(alert), subjectOf(alert)].filter(Boolean).join(' ');
}

export function titleOf({ labels }: Alert): string {
  return labels['alertname'] ?? '';
}

/** The policy or dependency; empty for an alert on the whole service. */
export function subjectOf({ labels }: Alert): string {
  return labels['resilience_policy_name'] ?? labels['resilience_dependency_name'] ?? '';
}

export type Severity = keyof typeof SEVERITIES;

/** The word and tone of each severity, the worst first. */
export const SEVERITIES = {
  critical: ['PAGE', 'page'],
  warning: ['WARNING', 'warning'],
  info: ['INFO', 'news'],
} as const satisfies Record<string, readonly [string, Tone]>;

export function severityOf({ labels }: Alert): Severity {
  const severity = labels['severity'] ?? '';
  return severity in SEVERITIES ? (severity as Severity) : 'info';
}
