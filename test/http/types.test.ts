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

/** The compiler is the judge here: `npm run lint` fails where a type is another. */
describe('the types of a fetch', () => {
  it('give null only where there may be one', async () => {
    const mayBe: FetchOptions = { nullOn404: true };
    expectTypeOf(createFetch('service')).toEqualTypeOf<ResilientFetch>();
    expectTypeOf(createFetch('service', { throwOnStatus: true })).toEqualTypeOf<ResilientFetch>();
    expectTypeOf(createFetch('service', { nullOn404: false })).toEqualTypeOf<ResilientFetch>();
    expectTypeOf(createFetch('service', mayBe)).toEqualTypeOf<ResilientFetch<Response | null>>();
    const orNull = createFetch('service', { nullOn404: true });
    expectTypeOf(orNull).toEqualTypeOf<ResilientFetch<Response | null>>();
    const server = await serve((_, response) => response.writeHead(404).end());
    expect(await createFetch('service', mayBe)(server.url)).toBeNull();
  });

  it('are those of fetch itself', () => {
    const fetch: typeof globalThis.fetch = createFetch('service');
    expectTypeOf(createFetch('service', { fetch })).toEqualTypeOf<ResilientFetch>();
    const init: RequestInit = { method: 'PUT' };
    expectTypeOf(createFetch('service')).toBeCallableWith('http://127.0.0.1/', init);
  });

  it.each([Agent, Agent7])('take a dispatcher of any undici', async (Any) => {
    const server = await serve();
    const dispatcher = new Any();
    expect((await createFetch('service')(server.url, { dispatcher })).status).toBe(200);
    await dispatcher.close();
  });

  it('take a fallback that keeps answers', () => {
    const copy = copyResponse;
    const fallback = fallbackTo.cached({
      key: (url: string) => url,
      copy,
      keep: (response) => response.ok,
    });
    const fetch = createFetch('service', { wholeBody: true, overrides: { fallback } });
    expectTypeOf(fetch).toEqualTypeOf<ResilientFetch>();
  });
});
