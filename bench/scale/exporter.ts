/**
 * Serves the metrics of replica N at `/N`. It is a separate process, so that its cost is not measured.
 *
 * If it starts in the past, each scrape advances a replica by `interval` seconds and exports
 * timestamps, until the replica reaches the present.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Replica } from './replica.ts';

const [replicas = 0, policies = 0, pastSeconds = 0, interval = 15] = process.argv
  .slice(2)
  .map(Number);
const now = () => Math.floor(Date.now() / 1000);
const start = now() - pastSeconds;
const fleet = Array.from({ length: replicas }, (_, index) => ({
  replica: new Replica(index, policies, start - interval),
  // Real scrapes are spread over the interval.
  at: start + (index % interval),
}));

const server = createServer(({ url = '' }, response) => {
  const target = fleet[Number(url.slice(1))];
  if (target === undefined) return void response.writeHead(404).end();
  response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' });
  if (target.at + interval < now()) {
    response.end(target.replica.page(target.at, ` ${target.at}000`));
    target.at += interval;
  } else {
    target.at = Number.POSITIVE_INFINITY;
    response.end(target.replica.page(now()));
  }
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
