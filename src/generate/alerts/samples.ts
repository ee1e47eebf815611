import { duration } from '../duration.ts';
import type { Queries } from '../queries.ts';

/** Prometheus scrapes and OTLP pushes every 60 s by default, and rarely less often. */
const SPARSEST_SECONDS = 60;

/** The seconds between two samples, where they are as far apart as they may be. */
export function sparsest(queries: Queries): number {
  return Math.max(queries.seconds(SPARSEST_SECONDS), queries.settings.scrapeInterval);
}

/** A documented window and the way to the sample before it. */
export function withSampleBefore(queries: Queries, windowSeconds: number): string {
  return duration(queries.windowSeconds(windowSeconds) + sparsest(queries));
}
