import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from '../../../src/health/index.ts';
import { createPolicy } from '../../../src/policies/index.ts';
import { ISOLATED, type PicturedService, SERVICES, STORY_SECONDS } from './services.ts';

const TOKEN = 'not-a-secret-but-16-long';

/** Tells the story, and does something at its beginning and at its end, with the page's address. */
export async function duringTheStory(
  begin: (url: string) => Promise<void>,
  end: () => Promise<void>,
): Promise<void> {
  const { url, close } = await listen({ service: 'orders', token: TOKEN }, { port: 0 });
  const since = performance.now();
  const now = () => (performance.now() - since) / 1000;
  const policies = SERVICES.map((service) => play(service, now));
  try {
    await begin(`${url}/live`);
    await sleep(1000 * (ISOLATED.seconds - now()));
    await fetch(`${url}/circuit-breakers/${ISOLATED.name}/isolate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ reason: ISOLATED.reason, by: 'ana' }),
    });
    await sleep(1000 * (STORY_SECONDS - now()));
    await end();
  } finally {
    for (const stop of policies) stop();
    await close();
  }
}

/** @returns ends it */
function play({ name, preset, overrides, callsPerSecond, at }: PicturedService, now: () => number) {
  const policy = createPolicy<string>(name, preset, overrides);
  const ending = new AbortController();
  const call = async ({ signal }: { readonly signal: AbortSignal }): Promise<string> => {
    const { latency, errors } = at(now());
    const [shortest, longest] = latency;
    await sleep(shortest + Math.random() ** 2 * (longest - shortest), undefined, { signal });
    if (Math.random() < errors) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    return 'fine';
  };
  const timer = setInterval(() => {
    policy.execute(call, ending.signal).catch(() => {});
  }, 1000 / callsPerSecond);
  return () => {
    clearInterval(timer);
    ending.abort();
    policy.dispose();
  };
}
