import { Problem } from '../responses/problem.ts';

/**
 * Rejects operations from pages of other origins. Browsers send the origin with each request, and a
 * page cannot change it. Other clients send none.
 *
 * @param hosts host names of the routes, besides the one in `Host`
 * @throws Problem if the request comes from a page of another origin
 */
export function assertSameOrigin(headers: Headers, hosts: ReadonlySet<string>): void {
  const site = headers.get('sec-fetch-site');
  // Checked before `Origin`, because a proxy may have changed `Host`.
  if (site === 'same-origin' || site === 'none') return;
  const origin = headers.get('origin');
  const host = headers.get('host');
  if (site === null && (origin === null || isOwnOrigin(origin, host, hosts))) return;
  throw new Problem(
    403,
    'A page of another origin may not start operations. Behind a proxy that changes `Host`, set the option `hosts` of `healthRoutes` to the names that browsers use.',
  );
}

function isOwnOrigin(origin: string, host: string | null, hosts: ReadonlySet<string>): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  return url.host === host || hosts.has(url.hostname);
}
