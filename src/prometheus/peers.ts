const SDK = '@opentelemetry/sdk-metrics';
const EXPORTER = '@opentelemetry/exporter-prometheus';

/**
 * The optional peers, loaded when they are asked for: who brings an SDK of his own needs neither.
 *
 * @throws Error naming the packages that are not installed
 */
export async function peers() {
  const [sdk, exporter] = await Promise.allSettled([
    import('@opentelemetry/sdk-metrics'),
    import('@opentelemetry/exporter-prometheus'),
  ]);
  const missing = [
    ...(isMissing(sdk, SDK) ? [SDK] : []),
    ...(isMissing(exporter, EXPORTER) ? [EXPORTER] : []),
  ];
  if (missing.length > 0) {
    throw new Error(
      `startMetrics needs ${missing.join(' and ')}, not installed: npm install ${missing.join(' ')}`,
    );
  }
  // What is there but can't be loaded has its own story to tell.
  if (sdk.status === 'rejected') throw sdk.reason;
  if (exporter.status === 'rejected') throw exporter.reason;
  return { sdk: sdk.value, exporter: exporter.value };
}

function isMissing(loaded: PromiseSettledResult<unknown>, name: string): boolean {
  if (loaded.status === 'fulfilled') return false;
  const { code, message } = loaded.reason as NodeJS.ErrnoException;
  return code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${name}'`);
}
