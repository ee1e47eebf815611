// What a service writes in TypeScript; each error that is expected shows that a type is no `any`.
import { handleAll, type IPolicy, retry } from 'cockatiel';
import { instrument, type PolicySnapshot, snapshot } from 'cockatiel-otel';
import { type Files, generate } from 'cockatiel-otel/generate';
import { healthRoutes, nodeHandler } from 'cockatiel-otel/health';
import { createFetch } from 'cockatiel-otel/http';
import { createPolicy } from 'cockatiel-otel/policies';
import { startMetrics } from 'cockatiel-otel/prometheus';
import { ATTR_POLICY_NAME, METRICS } from 'cockatiel-otel/semconv';

export const policy: IPolicy = instrument('own', retry(handleAll, { maxAttempts: 1 }));
export const known: readonly PolicySnapshot[] = snapshot();
export const names: readonly string[] = [ATTR_POLICY_NAME, ...METRICS.map(({ name }) => name)];
export const files: Files = generate({ what: 'alerts' });
export const handler = nodeHandler(healthRoutes({}));
export const url = startMetrics({ port: 0 }).then((metrics): string => metrics.url);
// @ts-expect-error A policy has a name.
instrument(1, policy);
// @ts-expect-error There is no such format.
generate({ format: 'html' });
// @ts-expect-error Routes are made of options.
healthRoutes('/ops');
// @ts-expect-error A client has a name.
createFetch({});
// @ts-expect-error There is no such preset.
createPolicy('made', 'none');
// @ts-expect-error A port is a number.
startMetrics({ port: 'http' });
