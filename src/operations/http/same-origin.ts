import { Problem } from './problem.ts';

/**
 * Refuses a page of another origin to change something, whatever it was let send. Browsers say with
 * each request where it comes from, and no page can make them lie; what is no browser says nothing.
 *
 * @param hosts names whose pages are the routes' own, beside that in `Host`
 * @throws Problem
 */
export function assertSameOrigin(headers: Headers, hosts: ReadonlySet<string>): void {
  const site = headers.get('sec-fetch-site');
  // Before the origin, as a proxy may have given the request another host.
  if (site === 'same-origin' || site === 'none') return;
  const origin = headers.get('origin');
  if (site === null && (origin === null || isOwn(origin, headers.get('host'), hosts))) return;
  throw new Problem(
    403,
    'A page of another origin may not change anything here. Behind a proxy that changes `Host`, give `healthRoutes` the names that browsers use as the option `hosts`.',
  );
}

function isOwn(origin: string, host: string | null, hosts: ReadonlySet<string>): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  return url.host === host || hosts.has(url.hostname);
}
