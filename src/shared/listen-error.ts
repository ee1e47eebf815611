const ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'the port is in use: stop the other program, or set another `port` (0 chooses a free one); ' +
    'each worker of a cluster or of PM2 needs its own port (docs/cluster.md)',
  EACCES: 'this process may not listen on that port: set a `port` of 1024 or more',
  EADDRNOTAVAIL: 'the address does not belong to this machine: set another `host`',
  ENOTFOUND: 'the name is unknown: set another `host`',
};

/**
 * Creates the error of a server that cannot listen, with advice.
 *
 * @param served the subject of the message, such as `The metrics`
 */
export function listenError(
  served: string,
  { host, port }: { readonly host: string; readonly port: number },
  cause: NodeJS.ErrnoException,
): Error {
  const advice = ADVICE[cause.code ?? ''] ?? cause.message;
  return new Error(`${served} cannot be served on ${host}:${port}: ${advice}`, { cause });
}
