import { type Context, type Handler, Hono, type MiddlewareHandler } from 'hono';
import { administrationRoutes } from '../../metrics/breaker-control.ts';
import { CIRCUIT_BREAKER_ACTIONS, type CircuitBreakerState } from '../../semconv/attributes.ts';
import { type Actor, administer, unknownBreaker } from '../administration.ts';
import type { HealthSettings } from '../settings.ts';
import { breakerViewOf, breakerViews, scopesOf, summaryOf } from '../views/breakers.ts';
import { abortExecution, executionViews } from '../views/executions.ts';
import { toHealthView } from '../views/health.ts';
import { policyViews } from '../views/policies.ts';
import { AccessControl, type Env } from './access.ts';
import { jsonInTurns, jsonListBody } from './json-list.ts';
import { Problem, problemOf } from './problem.ts';
import { parseFields } from './request-body.ts';
import { withHeaders } from './response-headers.ts';

/**
 * The routes as a web app.
 *
 * @param liveConsole the routes `/live` and `/events`
 */
export function createApp(
  settings: HealthSettings,
  liveConsole: Hono,
  fault: (error: unknown) => void,
): Hono<Env> {
  const guard = new AccessControl(settings);
  const app = new Hono<Env>();
  app.use(secured, guard.plain);

  const read = (path: string, answer: (c: Context<Env>) => Response | Promise<Response>) =>
    route(app, path, { GET: [guard.reads, answer] });
  const readList = (path: string, write: () => AsyncIterable<string>) => {
    const body = jsonListBody(write);
    read(path, async (c) => c.body(await body(), 200, { 'content-type': 'application/json' }));
  };

  readList('/circuit-breakers', async function* () {
    const states: CircuitBreakerState[] = [];
    yield '{"breakers":';
    yield* jsonInTurns(breakerViews(), ({ state }) => void states.push(state));
    yield `,"summary":${JSON.stringify(summaryOf(states))}}`;
  });
  readList('/policies', async function* () {
    yield '{"policies":';
    yield* jsonInTurns(policyViews());
    yield '}';
  });
  read('/circuit-breakers/:name', (c) => {
    const name = named(c);
    const view = breakerViewOf(name);
    if (view === undefined) throw unknownBreaker(name);
    return c.json({ name, ...view });
  });
  read('/executions', (c) => c.json(executionViews()));

  if (settings.token !== undefined) administrationRoutes.isAvailable = true;
  for (const action of CIRCUIT_BREAKER_ACTIONS) {
    route(app, `/circuit-breakers/:name/${action}`, {
      POST: [
        guard.changes,
        async (c) => c.json(administer(named(c), action, await actorOf(c, settings))),
      ],
    });
  }
  route(app, '/executions/:id', {
    DELETE: [
      guard.changes,
      async (c) => {
        const actor = await actorOf(c, settings);
        return c.json(abortExecution(c.req.param('id') ?? '', actor), 202);
      },
    ],
  });

  route(app, '/health', {
    GET: [
      (c) => {
        const health = toHealthView(settings);
        const code = health.status === 'unhealthy' ? 503 : 200;
        const told = guard.mayRead(c) ? health : { status: health.status };
        return c.json(told, code);
      },
    ],
  });

  // The page itself tells nothing; it asks for the token that its stream needs.
  app.use('/events', guard.reads);
  app.route('/', liveConsole);
  for (const path of ['/live', '/events']) route(app, path, {}, ['GET', 'HEAD']);

  const root = new Hono<Env>();
  root.route(settings.prefix || '/', app);
  root.notFound(() => {
    throw new Problem(
      404,
      'There is no such route. Where the path of a mount is left in the URL, the option `prefix` says what it is.',
    );
  });
  root.onError((error) => {
    const problem = problemOf(error);
    if (problem !== error) fault(error);
    return problem.response();
  });
  return root;
}

type Steps = readonly (Handler<Env> | MiddlewareHandler<Env>)[];

/** Answers some methods, and tells who asks by another which they are. */
function route(
  app: Hono<Env>,
  path: string,
  methods: Readonly<Record<string, Steps>>,
  others: readonly string[] = 'GET' in methods ? ['HEAD'] : [],
): void {
  for (const [method, steps] of Object.entries(methods)) app.on([method], [path], ...steps);
  const allow = [...Object.keys(methods), ...others, 'OPTIONS'].sort().join(', ');
  app.all(path, (c) => {
    if (c.req.method === 'OPTIONS') return c.body(null, 204, { allow });
    throw new Problem(405, `Only ${allow} can be asked here.`, {}, { allow });
  });
}

/**
 * The name in the path. A client takes `.` and `..` for steps through the path, however they are
 * escaped; so these two come as `%252E` and `%252E%252E`.
 */
function named(c: Context<Env>): string {
  const name = c.req.param('name') ?? '';
  return /^(%2e){1,2}$/i.test(name) && scopesOf(name).length === 0
    ? decodeURIComponent(name)
    : name;
}

/** @throws Problem */
async function actorOf(c: Context<Env>, { limits }: HealthSettings): Promise<Actor> {
  const { reason, by } = await parseFields(c.req.raw, limits.bodyBytes);
  const who = c.get('holder')?.who;
  const said = textOf('by', by);
  return {
    by: who ?? said,
    onBehalfOf: who === undefined || said === who ? undefined : said,
    reason: textOf('reason', reason),
  };
}

function textOf(field: string, value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw new Problem(400, `The field \`${field}\` must be a string.`);
  return value;
}

const secured: MiddlewareHandler<Env> = async (c, next) => {
  await next();
  withHeaders(c.res);
  // What nobody is given must not be made.
  if (c.req.raw.method === 'HEAD') await c.res.body?.cancel();
};
