import { Problem } from './problem.ts';

/**
 * Refuses a page of another origin to change something, whatever it was let send. Browsers say with
 * each request where it comes from, and no page can make them lie; what is no browser says nothing.
 *
 * @throws Problem
 */
export function assertSameOrigin(headers: Headers): void {
  const site = headers.get('sec-fetch-site');
  // Before the origin, for a proxy may have given the request another host.
  if (site === 'same-origin' || site === 'none') return;
  const origin = headers.get('origin');
  if (site === null && (origin === null || hostOf(origin) === headers.get('host'))) return;
  throw new Problem(403, 'A page of another origin may not change anything here.');
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
