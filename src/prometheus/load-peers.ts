import type * as exporterApi from '@opentelemetry/exporter-prometheus';
import type * as resourcesApi from '@opentelemetry/resources';
import type * as sdkApi from '@opentelemetry/sdk-metrics';

interface Peers {
  readonly sdk: typeof sdkApi;
  readonly exporter: typeof exporterApi;
  readonly resources: typeof resourcesApi;
}

/** Error codes for a missing module, of `import` and of `require` (CommonJS build). */
const NOT_FOUND = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'];

/**
 * Loads the optional peer dependencies. A service with its own SDK does not need them.
 *
 * @throws Error naming the packages that are not installed
 */
export async function loadPeers(): Promise<Peers> {
  const loads = {
    '@opentelemetry/sdk-metrics': import('@opentelemetry/sdk-metrics'),
    '@opentelemetry/exporter-prometheus': import('@opentelemetry/exporter-prometheus'),
    '@opentelemetry/resources': import('@opentelemetry/resources'),
  };
  const names = Object.keys(loads);
  const loaded = await Promise.allSettled(Object.values(loads));
  const missing = names.filter((name, i) => isMissing(loaded[i], name));
  if (missing.length > 0) {
    // npm installs the newest SDK that runs on this Node: 2.x on Node 20, 3.x on newer ones. The two
    // accept different minor versions of the API. Without the API in the command, npm fails with
    // ERESOLVE on Node 20.
    const install = ['npm install @opentelemetry/api@1', ...names].join(' ');
    throw new Error(`Serving metrics needs ${missing.join(' and ')}, not installed: ${install}`);
  }
  // A package that is installed but fails to load rejects with its own error.
  const [sdk, exporter, resources] = await Promise.all(Object.values(loads));
  return { sdk, exporter, resources } as Peers;
}

function isMissing(loaded: PromiseSettledResult<unknown> | undefined, name: string): boolean {
  if (loaded?.status !== 'rejected') return false;
  const { code = '', message } = loaded.reason as NodeJS.ErrnoException;
  return NOT_FOUND.includes(code) && message.includes(`'${name}'`);
}
