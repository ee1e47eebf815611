import { TOKEN_VARIABLE } from './address.ts';

/** Warns on standard error if the token leaves this machine without encryption. */
export function warnClearText(url: string, token: string | undefined): void {
  const { protocol, hostname } = new URL(url);
  if (token === undefined || protocol === 'https:' || isLoopback(hostname)) return;
  console.error(
    `warning: The token in ${TOKEN_VARIABLE} is sent to ${url} without encryption; use https`,
  );
}

/** A parsed URL has IPv4 addresses in their four-part form, whatever the user wrote. */
function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
