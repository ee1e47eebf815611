/** Checks dependencies once, then monitors one and recovers it after an outage. */
import { setTimeout as sleep } from 'node:timers/promises';
import { checkSystemHealth, monitorDependencies } from 'cockatiel-otel/health';

// A fake pool of database connections.
let connected = true;
const database = {
  async ping() {
    if (!connected) throw new Error('connection lost');
  },
  async reconnect() {
    connected = true;
  },
};
const checks = {
  // Most checks are a fetch: ({ signal }) => fetch('https://workday.example/ping', { signal }).
  workday: async () => new Response('pong'),
  jira: async () => new Response('try later', { status: 503 }),
  database: () => database.ping(),
};

const { systems, summary } = await checkSystemHealth(checks, { timeout: 2000 });
for (const [name, { available, error }] of Object.entries(systems)) {
  console.log(`${name}: ${available ? 'available' : error}`);
}
console.log(`${summary.availability_percentage} %, bulk work: ${summary.safe_for_bulk_work}`);

const log = (message: string) => console.log(message);
const monitor = monitorDependencies(
  { database: { check: checks.database, recover: () => database.reconnect() } },
  // Short delays, so that the example ends soon.
  { interval: 50, initialDelay: 20, logger: { info: log, warn: log, error: log } },
);
await monitor.ready;
connected = false;
// A monitor does not keep the process alive; the server of a service does.
await sleep(500);
const { recovery_attempts, available } = monitor.state().systems['database'] ?? {};
console.log(`available: ${available}, recovery attempts: ${recovery_attempts}`);
monitor.stop();
