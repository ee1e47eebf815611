/**
 * A process of its own, so that what it takes is not what is measured: `/N` is the page of the
 * replica N. Told to begin in the past, each scrape is `interval` seconds later than the one before,
 * and says so, until it has caught up with the clock.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Replica } from './replica.ts';

const [replicas = 0, policies = 0, pastSeconds = 0, interval = 15] = process.argv
  .slice(2)
  .map(Number);
const now = () => Math.floor(Date.now() / 1000);
const began = now() - pastSeconds;
const fleet = Array.from({ length: replicas }, (_, index) => ({
  replica: new Replica(index, policies, began - interval),
  // Not all at the same moment, as real scrapes are not.
  at: began + (index % interval),
}));

const server = createServer(({ url = '' }, response) => {
  const one = fleet[Number(url.slice(1))];
  if (one === undefined) return void response.writeHead(404).end();
  response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' });
  if (one.at + interval < now()) {
    response.end(one.replica.page(one.at, ` ${one.at}000`));
    one.at += interval;
  } else {
    one.at = Number.POSITIVE_INFINITY;
    response.end(one.replica.page(now()));
  }
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
