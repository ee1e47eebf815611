import { TOKEN_VARIABLE } from './address.ts';

/** A sentence on standard error about a token that others on the way could read; none where nobody could. */
export function warnOfClearText(url: string, token: string | undefined): void {
  const { protocol, hostname } = new URL(url);
  if (token === undefined || protocol === 'https:' || isLoopback(hostname)) return;
  console.error(
    `warning: The token in ${TOKEN_VARIABLE} goes to ${url} unencrypted: whoever is on the way can read it, unless it goes by https`,
  );
}

/** As a URL spells it: whatever stood there, an address of IPv4 has four numbers now. */
function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
