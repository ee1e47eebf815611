import type { Condition, ServiceName } from './services.ts';

export interface Phase {
  readonly name: Condition;
  readonly seconds: number;
  readonly news: string;
  readonly conditions: Readonly<Record<ServiceName, Condition>>;
}

/** An incident from its first sign to its end: one cycle of the demo. */
export const STORY: readonly Phase[] = [
  {
    name: 'healthy',
    seconds: 5,
    news: 'Everything answers in time.',
    conditions: {
      servicenow: 'healthy',
      workday: 'healthy',
      database: 'healthy',
      llm: 'healthy',
      auth: 'healthy',
    },
  },
  {
    name: 'slow',
    seconds: 7,
    news: 'Answers take longer and longer: timeouts, retries, full bulkheads.',
    conditions: {
      servicenow: 'slow',
      workday: 'healthy',
      database: 'slow',
      llm: 'slow',
      auth: 'healthy',
    },
  },
  {
    name: 'failing',
    seconds: 7,
    news: 'Now many calls are answered with 500, 503 or 429.',
    conditions: {
      servicenow: 'failing',
      workday: 'slow',
      database: 'failing',
      llm: 'failing',
      auth: 'slow',
    },
  },
  {
    name: 'down',
    seconds: 12,
    news: 'ServiceNow, the database and auth are gone: every connection is reset.',
    conditions: {
      servicenow: 'down',
      workday: 'failing',
      database: 'down',
      llm: 'recovering',
      auth: 'down',
    },
  },
  {
    name: 'recovering',
    seconds: 7,
    news: 'They come back, shaky at first.',
    conditions: {
      servicenow: 'recovering',
      workday: 'recovering',
      database: 'recovering',
      llm: 'healthy',
      auth: 'recovering',
    },
  },
  {
    name: 'healthy',
    seconds: 5,
    news: 'All quiet again.',
    conditions: {
      servicenow: 'healthy',
      workday: 'healthy',
      database: 'healthy',
      llm: 'healthy',
      auth: 'healthy',
    },
  },
];
