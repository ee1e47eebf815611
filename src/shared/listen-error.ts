const ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'the port is in use: stop what listens there, or give another `port` (0: any free); ' +
    'each worker of a cluster or of PM2 needs a port of its own (docs/cluster.md)',
  EACCES: 'this process may not listen on that port: give a `port` of 1024 or more',
  EADDRNOTAVAIL: 'the address is none of this machine: give another `host`',
  ENOTFOUND: 'the name is not known: give another `host`',
};

/**
 * The error of a server that cannot listen, with what to do about it.
 *
 * @param served the subject of the message, such as `The metrics`
 */
export function listenError(
  served: string,
  { host, port }: { readonly host: string; readonly port: number },
  cause: NodeJS.ErrnoException,
): Error {
  const advice = ADVICE[cause.code ?? ''] ?? cause.message;
  return new Error(`${served} can't be served on ${host}:${port}: ${advice}`, { cause });
}
