/**
 * Prints, as JSON, the stack of an error that a function throws through bare and through instrumented
 * policies. A plain script, as it runs with the built package and with several versions of Node.
 */
import * as cockatiel4 from 'cockatiel';
import { instrument } from 'cockatiel-otel';
import { createFetch } from 'cockatiel-otel/http';
import { createPolicy } from 'cockatiel-otel/policies';
import * as cockatiel3 from 'cockatiel3';

Error.stackTraceLimit = 100;

const OURS = new URL('../../dist/', import.meta.url).href;

const sleep = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));

/** One policy of each kind, that hands on the error of its function. */
const POLICIES = {
  retry: (c) => c.retry(c.handleAll, { maxAttempts: 0 }),
  breaker: (c) => breakerOf(c),
  aggressive: (c) => c.timeout(10_000, c.TimeoutStrategy.Aggressive),
  cooperative: (c) => c.timeout(10_000, c.TimeoutStrategy.Cooperative),
  bulkhead: (c) => c.bulkhead(1, 9),
  fallback: (c) =>
    c.fallback(
      c.handleWhen(() => false),
      'instead',
    ),
  noop: (c) => c.noop,
  custom: () => ({
    execute(fn, signal) {
      return fn({ signal });
    },
  }),
  'custom async': () => ({
    async execute(fn, signal) {
      return await fn({ signal });
    },
  }),
};

const breakerOf = (c, failures = 99) =>
  c.circuitBreaker(c.handleAll, {
    halfOpenAfter: 1,
    breaker: new c.ConsecutiveBreaker(failures),
  });

const wrapOf = (c, names) => c.wrap(...names.map((name) => POLICIES[name](c)));

const names = Object.keys(POLICIES);
const STACKS = [
  ...names.flatMap((outer) => names.map((inner) => [outer, inner])),
  ['retry', 'breaker', 'aggressive'],
  ['retry', 'breaker', 'cooperative'],
  ['fallback', 'retry', 'breaker', 'bulkhead', 'aggressive'],
  ['breaker', 'aggressive', 'retry', 'bulkhead', 'cooperative'],
];

async function fails(policy, fn) {
  try {
    await policy.execute(fn);
  } catch (error) {
    return error;
  }
}

const attempt = (policy) => fails(policy, async () => Promise.reject(new Error('not this one')));

/** Name to what makes a policy and brings it where the error is to be thrown. */
const CASES = {
  ...Object.fromEntries(names.map((name) => [name, { make: (c, i) => i(POLICIES[name](c)) }])),
  ...Object.fromEntries(
    STACKS.map((members) => [
      `wrap(${members.join(', ')})`,
      { make: (c, i) => i(wrapOf(c, members)) },
    ]),
  ),
  'a wrap in a wrap': {
    make: (c, i) => i(c.wrap(POLICIES.retry(c), wrapOf(c, ['breaker', 'aggressive']))),
  },
  'a wrap of nothing but a wrap': { make: (c, i) => i(c.wrap(wrapOf(c, ['retry']))) },
  'an instrumented stack in a stack': {
    make: (c, i) => i(c.wrap(POLICIES.retry(c), i(wrapOf(c, ['breaker', 'bulkhead'])))),
  },
  'an instrumented stack in a stack, outermost': {
    make: (c, i) => i(c.wrap(i(wrapOf(c, ['breaker', 'aggressive'])), POLICIES.bulkhead(c))),
  },
  'two instrumented stacks in a stack': {
    make: (c, i) =>
      i(c.wrap(i(wrapOf(c, ['retry', 'noop'])), i(wrapOf(c, ['fallback', 'cooperative'])))),
  },
  'a stack that shares an instrumented breaker': {
    make: (c, i) => i(c.wrap(POLICIES.retry(c), i(POLICIES.breaker(c)), POLICIES.aggressive(c))),
  },
  'the second attempt': {
    make: (c, i) => i(c.wrap(c.retry(c.handleAll, { maxAttempts: 1 }), POLICIES.aggressive(c))),
    skip: 1,
  },
  'a queue': {
    make: (c, i) => i(c.wrap(POLICIES.retry(c), POLICIES.bulkhead(c))),
    beside: true,
  },
  'a queue, alone': { make: (c, i) => i(POLICIES.bulkhead(c)), beside: true },
  'a half-open probe': {
    make: (c, i) => i(c.wrap(POLICIES.fallback(c), breakerOf(c, 1), POLICIES.aggressive(c))),
    async before(policy) {
      await attempt(policy);
      await sleep(5);
    },
  },
  'a waiter of a half-open probe': {
    make: (c, i) => i(c.wrap(POLICIES.fallback(c), breakerOf(c, 1), POLICIES.bulkhead(c))),
    async before(policy) {
      await attempt(policy);
      await sleep(5);
    },
    beside: true,
  },
  'after a half-open probe': {
    make: (c, i) => i(c.wrap(breakerOf(c, 1), POLICIES.retry(c))),
    async before(policy) {
      await attempt(policy);
      await sleep(5);
      await policy.execute(async () => 'fine');
    },
  },
};

/** What createPolicy makes, and the same policies of cockatiel alone. */
const PRESETS = {
  default: { settings: {}, bare: ['breaker', 'retry', 'aggressive'] },
  'all members': {
    settings: {
      fallback: { type: 'function', answer: () => 'instead', handle: () => false },
      bulkhead: { limit: 1, queue: 1 },
      overallTimeout: { duration: 10_000 },
      timeout: { duration: 5000 },
    },
    bare: ['fallback', 'breaker', 'aggressive', 'retry', 'bulkhead', 'aggressive'],
  },
  'a cooperative timeout': {
    settings: { timeout: { duration: 5000, strategy: 'optimistic' } },
    bare: ['breaker', 'retry', 'cooperative'],
  },
};

let kind;
let toSkip = 0;

/** What the cases call. The very same lines for bare and instrumented policies. */
async function getTicket() {
  if (toSkip-- > 0) throw new Error('not this one');
  if (kind === 'late') await sleep();
  throw new Error('status 503');
}

function getTicketAtOnce() {
  if (toSkip-- > 0) throw new Error('not this one');
  throw new Error('status 503');
}

async function handleRequest(policy, signal) {
  try {
    await policy.execute(kind === 'sync' ? getTicketAtOnce : getTicket, signal);
  } catch (error) {
    return error;
  }
}

async function framesOf(policy, { before, beside, skip = 0 }, signal) {
  await before?.(policy);
  let other;
  if (beside) other = policy.execute(() => sleep(2));
  toSkip = skip;
  const error = await handleRequest(policy, signal);
  await other;
  const lines = error.stack.split('\n').map((line) => line.trim());
  // Below the caller, frames show which of the two is run.
  const caller = lines.findIndex((line) => line.includes('handleRequest'));
  const frames = lines
    .slice(1, caller < 0 ? undefined : caller + 1)
    // createPolicy calls a bulkhead through a proxy.
    .map((line) => line.replace('Proxy.execute', 'BulkheadPolicy.execute'));
  return {
    others: frames.filter((frame) => !frame.includes(OURS)),
    ours: frames.filter((frame) => frame.includes(OURS)).map((frame) => frame.replace(OURS, '')),
  };
}

const results = [];
for (const [major, cockatiel] of Object.entries({ 3: cockatiel3, 4: cockatiel4 })) {
  for (const [name, each] of Object.entries(CASES)) {
    for (kind of ['late', 'before an await', 'sync']) {
      const bare = await framesOf(
        each.make(cockatiel, (policy) => policy),
        each,
      );
      const policy = each.make(cockatiel, (one) => instrument('stack-traces', one));
      const instrumented = await framesOf(policy, each);
      results.push({ major, name, kind, bare, instrumented });
    }
  }
}
kind = 'late';
for (const [name, { settings, bare: members }] of Object.entries(PRESETS)) {
  for (const signal of [undefined, new AbortController().signal]) {
    const label = `createPolicy, ${name}${signal ? ', with a signal' : ''}`;
    const policy = createPolicy(label, 'default', { ...settings, retry: { calls: 1 } });
    results.push({
      major: '4',
      name: label,
      kind,
      bare: await framesOf(wrapOf(cockatiel4, members), {}, signal),
      instrumented: await framesOf(policy, {}, signal),
    });
  }
}
/** The preset `http` has an overall timeout. */
const FETCH_MEMBERS = ['breaker', 'aggressive', 'retry', 'aggressive'];
const ask = createFetch('stack-traces', { overrides: { retry: { calls: 1 } }, fetch: getTicket });
for (const signal of [undefined, new AbortController().signal]) {
  const policy = { execute: () => ask('http://localhost/', { signal }) };
  results.push({
    major: '4',
    name: `createFetch${signal ? ', with a signal' : ''}`,
    kind,
    bare: await framesOf(wrapOf(cockatiel4, FETCH_MEMBERS), {}, signal),
    instrumented: await framesOf(policy, {}),
  });
}
console.log(JSON.stringify(results));
