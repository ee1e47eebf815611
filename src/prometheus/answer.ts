import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { errorText } from '../shared/error-text.ts';

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
export const EXPOSITION = 'text/plain; version=0.0.4; charset=utf-8';

export const PLAIN = { 'content-type': 'text/plain; charset=utf-8' } as const;

export type Answer = readonly [status: number, body: string, headers: OutgoingHttpHeaders];

/** Never rejects. */
export type Answering = (request: IncomingMessage) => Promise<Answer>;

/** Answers GET and HEAD with a page, and 500 if it cannot be collected: then the target is down. */
export function answering(collect: () => Promise<string>): Answering {
  return async function answer({ method }) {
    if (method !== 'GET' && method !== 'HEAD') {
      return [405, 'The metrics can only be read\n', { ...PLAIN, allow: 'GET, HEAD' }];
    }
    try {
      return [200, await collect(), { 'content-type': EXPOSITION }];
    } catch (error) {
      return [500, `The metrics could not be collected: ${errorText(error)}\n`, PLAIN];
    }
  };
}
