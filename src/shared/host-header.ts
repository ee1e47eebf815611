import { isIPv4 } from 'node:net';

/** Whether a name or an address is this machine's own, which no web page can have. */
export function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'));
}

/** The name in a `Host` header, in lower case and without the port; empty if there is none. */
export function hostName(header: string): string {
  const url = `http://${header}`;
  if (!URL.canParse(url)) return '';
  return new URL(url).hostname.replace(/^\[|\]$/g, '').toLowerCase();
}
