/** A token that expires: who is refused gets a new one, once for all who need it. */
import { createFetch } from 'cockatiel-otel/http';
import { service } from './service.ts';

let valid = 'token 1';
const url = await service(({ headers }, response) => {
  response.writeHead(headers.authorization === `Bearer ${valid}` ? 200 : 401).end('the issues');
});

let refreshed = 0;
const fetch = createFetch('jira', {
  async refreshToken({ origin, signal }) {
    // A service asks the issuer of `origin` here, and gives up with `signal`.
    if (origin !== url || signal.aborted) throw new Error('not for you');
    valid = `token ${++refreshed}`;
    return valid;
  },
});

const read = async () => (await fetch(`${url}/issues`)).status;
console.log(
  `together: ${await Promise.all([read(), read(), read()])}, refreshed ${refreshed} time`,
);
valid = 'expired';
console.log(`later: ${await read()}, refreshed ${refreshed} times`);
