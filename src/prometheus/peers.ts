import type * as exporterApi from '@opentelemetry/exporter-prometheus';
import type * as resourcesApi from '@opentelemetry/resources';
import type * as sdkApi from '@opentelemetry/sdk-metrics';

interface Peers {
  readonly sdk: typeof sdkApi;
  readonly exporter: typeof exporterApi;
  readonly resources: typeof resourcesApi;
}

/**
 * The optional peers, loaded when they are asked for: a service with an SDK of its own needs none.
 *
 * @throws Error naming the packages that are not installed
 */
export async function peers(): Promise<Peers> {
  const loads = {
    '@opentelemetry/sdk-metrics': import('@opentelemetry/sdk-metrics'),
    '@opentelemetry/exporter-prometheus': import('@opentelemetry/exporter-prometheus'),
    '@opentelemetry/resources': import('@opentelemetry/resources'),
  };
  const loaded = await Promise.allSettled(Object.values(loads));
  const missing = Object.keys(loads).filter((name, i) => isMissing(loaded[i], name));
  if (missing.length > 0) {
    throw new Error(
      `Serving metrics needs ${missing.join(' and ')}, not installed: npm install ${missing.join(' ')}`,
    );
  }
  // One that is there but can't be loaded rejects with its own error.
  const [sdk, exporter, resources] = await Promise.all(Object.values(loads));
  return { sdk, exporter, resources } as Peers;
}

function isMissing(loaded: PromiseSettledResult<unknown> | undefined, name: string): boolean {
  if (loaded?.status !== 'rejected') return false;
  const { code, message } = loaded.reason as NodeJS.ErrnoException;
  return code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${name}'`);
}
