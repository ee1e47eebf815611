/** A token that expires is refreshed once for all concurrent calls. */
import { createFetch } from 'cockatiel-otel/http';
import { service } from './service.ts';

let valid = 'token 1';
const url = await service(({ headers }, response) => {
  response.writeHead(headers.authorization === `Bearer ${valid}` ? 200 : 401).end('the issues');
});

let refreshed = 0;
const fetch = createFetch('jira', {
  async refreshToken({ origin, signal }) {
    // A service requests a token for `origin` from its issuer here, with `signal`.
    if (origin !== url || signal.aborted) throw new Error('unknown origin');
    valid = `token ${++refreshed}`;
    return valid;
  },
});

const read = async () => (await fetch(`${url}/issues`)).status;
console.log(
  `concurrent: ${await Promise.all([read(), read(), read()])}, refreshed ${refreshed} time`,
);
valid = 'expired';
console.log(`later: ${await read()}, refreshed ${refreshed} times`);
