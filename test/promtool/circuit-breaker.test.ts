import { describe, expect, it } from 'vitest';
import { circuits, outage } from './circuit.ts';
import { failuresOf } from './promtool.ts';
import { minutes, never, play, T, testsOf } from './scenario.ts';
import { tables } from './scenarios/circuit-breaker.ts';

play(tables);

describe('a rule on the state `open`', () => {
  // Each scrape that sees half-open restarts the `for` of this rule.
  const alert = 'ResilienceCircuitBreakerStuckOpen';
  const naive = `
groups:
  - name: naive
    rules:
      - alert: ${alert}
        expr: resilience_circuit_breaker_state{resilience_circuit_breaker_state="open"} == 1
        for: 5m`;

  it.each([15, 60])('never fires while slow probes are scraped every %s s', async (interval) => {
    const sampling = {
      naming: 'prometheus-exporter',
      interval,
      evaluation: 15,
      rules: [naive],
    } as const;
    const play = {
      alert,
      label: 'instance',
      title: '',
      job: 'shop',
      replicas: [circuits('a', [outage(T, minutes(60), { probeSeconds: 30 })])],
      firing: never(T + minutes(60)),
    } as const;
    expect(await failuresOf(sampling, alert, testsOf([play], sampling))).toEqual(new Map());
  });
});
