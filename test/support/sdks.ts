import { createRequire } from 'node:module';
import * as sdk3 from '@opentelemetry/sdk-metrics';

export type Sdk = typeof sdk3;

const sdk2 = createRequire(new URL('../compat/sdk-2/package.json', import.meta.url))(
  '@opentelemetry/sdk-metrics',
) as Sdk;

/** Both majors of the SDK, for `describe.each`. */
export const sdks: readonly { readonly sdkMajor: 2 | 3; readonly sdk: Sdk }[] = [
  { sdkMajor: 2, sdk: sdk2 },
  { sdkMajor: 3, sdk: sdk3 },
];
