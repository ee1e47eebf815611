/** What the caller gets: responses, errors, and `null` for a 404. */
import { createFetch, HttpStatusError, TimeoutError } from 'cockatiel-otel/http';
import { service } from './service.ts';

const url = await service(({ url: path }, response) => {
  if (path === '/slow') return;
  response.writeHead(path === '/missing' ? 404 : 403).end('no');
});

const options = { overrides: { retry: false, timeout: { duration: 200 } } } as const;

const plain = createFetch('workday', options);
console.log(`plain: ${(await plain(`${url}/private`)).status}`);

const orNull = createFetch('workday', { ...options, nullOn404: true, throwOnStatus: true });
console.log(`missing: ${await orNull(`${url}/missing`)}`);

for (const path of ['private', 'slow']) {
  try {
    await orNull(`${url}/${path}`);
  } catch (error) {
    if (error instanceof HttpStatusError) {
      console.log(`${error.name}: ${error.status} ${await error.response.text()}`);
    } else if (error instanceof TimeoutError) {
      console.log(`${error.name}: ${error.message}`);
    } else throw error;
  }
}

const signal = AbortSignal.abort(new Error('the user left the page'));
await plain(url, { signal }).catch((error) => console.log(`aborted: ${error.message}`));
