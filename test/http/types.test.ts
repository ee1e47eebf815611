import { Agent } from 'undici';
import { Agent as Agent7 } from 'undici7';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  copyResponse,
  createFetch,
  type FetchOptions,
  type ResilientFetch,
} from '../../src/http/index.ts';
import { fallbackTo } from '../../src/policies/index.ts';
import { serve } from './support.ts';

/** Checked by the compiler in `npm run lint`. */
describe('the types of a fetch', () => {
  it('include null only with `nullOn404`', async () => {
    const options: FetchOptions = { nullOn404: true };
    expectTypeOf(createFetch('service')).toEqualTypeOf<ResilientFetch>();
    expectTypeOf(createFetch('service', { throwOnStatus: true })).toEqualTypeOf<ResilientFetch>();
    expectTypeOf(createFetch('service', { nullOn404: false })).toEqualTypeOf<ResilientFetch>();
    expectTypeOf(createFetch('service', options)).toEqualTypeOf<ResilientFetch<Response | null>>();
    const orNull = createFetch('service', { nullOn404: true });
    expectTypeOf(orNull).toEqualTypeOf<ResilientFetch<Response | null>>();
    const server = await serve((_, response) => response.writeHead(404).end());
    expect(await createFetch('service', options)(server.url)).toBeNull();
  });

  it('are assignable to and from fetch', () => {
    const fetch: typeof globalThis.fetch = createFetch('service');
    expectTypeOf(createFetch('service', { fetch })).toEqualTypeOf<ResilientFetch>();
    const init: RequestInit = { method: 'PUT' };
    expectTypeOf(createFetch('service')).toBeCallableWith('http://127.0.0.1/', init);
  });

  it('accept a dispatcher of any undici', async () => {
    const server = await serve();
    for (const dispatcher of [new Agent(), new Agent7()]) {
      expect((await createFetch('service')(server.url, { dispatcher })).status).toBe(200);
      await dispatcher.close();
    }
  });

  it('accept a fallback that stores responses', () => {
    const copy = copyResponse;
    const fallback = fallbackTo.cached({
      key: (url: string) => url,
      copy,
      keep: (response) => response.ok,
    });
    const fetch = createFetch('service', { bufferResponses: true, overrides: { fallback } });
    expectTypeOf(fetch).toEqualTypeOf<ResilientFetch>();
  });
});
