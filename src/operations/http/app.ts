import { type Context, type Handler, Hono, type MiddlewareHandler } from 'hono';
import { administrationRoutes } from '../../metrics/breaker-control.ts';
import { CIRCUIT_BREAKER_ACTIONS, type CircuitBreakerState } from '../../semconv/attributes.ts';
import { abortExecution } from '../actions/abort-execution.ts';
import type { Actor } from '../actions/actor.ts';
import { administer, unknownBreaker } from '../actions/administer.ts';
import type { HealthSettings } from '../options/settings.ts';
import { createListBody, writeJsonObject } from '../responses/json-list.ts';
import { Problem, toProblem } from '../responses/problem.ts';
import { withSecurityHeaders } from '../responses/security-headers.ts';
import { breakerViewOf, breakerViews, metricsOf, summarizeStates } from '../views/breakers.ts';
import { executionsView } from '../views/executions.ts';
import { toHealthView } from '../views/health.ts';
import { policyViews } from '../views/policies.ts';
import { AccessControl, type Env } from './access.ts';
import { parseFields } from './request-body.ts';

/**
 * Creates the web app of the operations API.
 *
 * @param liveConsole the routes `/live` and `/events`
 * @param onError receives unexpected errors
 */
export function createApp(
  settings: HealthSettings,
  liveConsole: Hono,
  onError: (error: unknown) => void,
): Hono<Env> {
  const access = new AccessControl(settings);
  const app = new Hono<Env>();
  app.use(finishResponse, access.checkPath);

  const addRead = (path: string, respond: (c: Context<Env>) => Response | Promise<Response>) =>
    addRoute(app, path, { GET: [access.checkRead, respond] });
  const addList = (path: string, write: () => AsyncIterable<string>) => {
    const createBody = createListBody(write);
    addRead(path, async (c) =>
      c.body(await createBody(), 200, { 'content-type': 'application/json' }),
    );
  };

  addList('/circuit-breakers', async function* () {
    const states: CircuitBreakerState[] = [];
    yield '{"breakers":';
    yield* writeJsonObject(breakerViews(), ({ state }) => void states.push(state));
    yield `,"summary":${JSON.stringify(summarizeStates(states))}}`;
  });
  addList('/policies', async function* () {
    yield '{"policies":';
    yield* writeJsonObject(policyViews());
    yield '}';
  });
  addRead('/circuit-breakers/:name', (c) => {
    const name = breakerNameOf(c);
    const view = breakerViewOf(name);
    if (view === undefined) throw unknownBreaker(name);
    return c.json({ name, ...view });
  });
  addRead('/executions', (c) => c.json(executionsView()));

  if (settings.token !== undefined) administrationRoutes.isAvailable = true;
  for (const action of CIRCUIT_BREAKER_ACTIONS) {
    addRoute(app, `/circuit-breakers/:name/${action}`, {
      POST: [
        access.checkOperation,
        async (c) => c.json(administer(breakerNameOf(c), action, await parseActor(c, settings))),
      ],
    });
  }
  addRoute(app, '/executions/:id', {
    DELETE: [
      access.checkOperation,
      async (c) => {
        const actor = await parseActor(c, settings);
        return c.json(abortExecution(c.req.param('id') ?? '', actor), 202);
      },
    ],
  });

  addRoute(app, '/health', {
    GET: [
      (c) => {
        const health = toHealthView(settings);
        const view = access.mayRead(c) ? health : { status: health.status };
        return c.json(view, health.status === 'unhealthy' ? 503 : 200);
      },
    ],
  });

  // The page has no data; it asks for the token that its stream requires.
  app.use('/events', access.checkRead);
  app.route('/', liveConsole);
  for (const path of ['/live', '/events']) addRoute(app, path, {}, ['GET', 'HEAD']);

  const root = new Hono<Env>();
  root.route(settings.prefix || '/', app);
  root.notFound(() => {
    throw new Problem(
      404,
      'There is no such route. If a framework leaves the path of the mount in the URL, set the option `prefix` to that path.',
    );
  });
  root.onError((error) => {
    const problem = toProblem(error);
    if (problem !== error) onError(error);
    return problem.response();
  });
  return root;
}

type Handlers = readonly (Handler<Env> | MiddlewareHandler<Env>)[];

/** Adds a route; further methods get a 405 that lists the allowed ones. */
function addRoute(
  app: Hono<Env>,
  path: string,
  methods: Readonly<Record<string, Handlers>>,
  furtherMethods: readonly string[] = 'GET' in methods ? ['HEAD'] : [],
): void {
  for (const [method, handlers] of Object.entries(methods)) app.on([method], [path], ...handlers);
  const allow = [...Object.keys(methods), ...furtherMethods, 'OPTIONS'].sort().join(', ');
  app.all(path, (c) => {
    if (c.req.method === 'OPTIONS') return c.body(null, 204, { allow });
    throw new Problem(405, `This route allows only ${allow}.`, {}, { allow });
  });
}

/**
 * The name in the path. Clients resolve `.` and `..` in a path, even if they are percent-encoded, so
 * these two names arrive as `%252E` and `%252E%252E`.
 */
function breakerNameOf(c: Context<Env>): string {
  const name = c.req.param('name') ?? '';
  return /^(%2e){1,2}$/i.test(name) && metricsOf(name).length === 0
    ? decodeURIComponent(name)
    : name;
}

/** @throws Problem if the body is invalid */
async function parseActor(c: Context<Env>, { limits }: HealthSettings): Promise<Actor> {
  const fields = await parseFields(c.req.raw, limits.bodyBytes);
  const tokenName = c.get('owner')?.name;
  const requestName = parseText('by', fields['by']);
  return {
    by: tokenName ?? requestName,
    onBehalfOf: tokenName === undefined || requestName === tokenName ? undefined : requestName,
    reason: parseText('reason', fields['reason']),
  };
}

function parseText(field: string, value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw new Problem(400, `The field \`${field}\` must be a string.`);
  return value;
}

const finishResponse: MiddlewareHandler<Env> = async (c, next) => {
  await next();
  withSecurityHeaders(c.res);
  // The body of a HEAD response is never read, so its stream would never end.
  if (c.req.raw.method === 'HEAD') await c.res.body?.cancel();
};
