import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { errorText } from '../shared/error-text.ts';

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
export const EXPOSITION = 'text/plain; version=0.0.4; charset=utf-8';

export const PLAIN = { 'content-type': 'text/plain; charset=utf-8' } as const;

export type HttpResponse = readonly [status: number, body: string, headers: OutgoingHttpHeaders];

/** Never rejects. */
export type RequestHandler = (request: IncomingMessage) => Promise<HttpResponse>;

/**
 * Responds to GET and HEAD with the metrics page. If the collection fails, the status is 500, so that
 * Prometheus reports the target as down.
 */
export function toRequestHandler(collect: () => Promise<string>): RequestHandler {
  return async function respond({ method }) {
    if (method !== 'GET' && method !== 'HEAD') {
      const headers = { ...PLAIN, allow: 'GET, HEAD' };
      return [405, 'The metrics are read-only: send GET or HEAD\n', headers];
    }
    try {
      return [200, await collect(), { 'content-type': EXPOSITION }];
    } catch (error) {
      return [500, `The metrics could not be collected: ${errorText(error)}\n`, PLAIN];
    }
  };
}
