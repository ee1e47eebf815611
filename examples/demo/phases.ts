import type { ServiceCondition, ServiceName } from './services.ts';

export interface Phase {
  readonly name: ServiceCondition;
  readonly seconds: number;
  readonly description: string;
  readonly conditions: Readonly<Record<ServiceName, ServiceCondition>>;
}

/** The phases of the incident: one cycle of the demo. */
export const PHASES: readonly Phase[] = [
  {
    name: 'healthy',
    seconds: 5,
    description: 'All services respond in time.',
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
    description: 'Responses become slow: timeouts, retries, full bulkheads.',
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
    description: 'Many responses have the status 500, 503 or 429.',
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
    description: 'ServiceNow, the database and auth are down: every connection is reset.',
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
    description: 'The services recover, with some errors.',
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
    description: 'All services are healthy again.',
    conditions: {
      servicenow: 'healthy',
      workday: 'healthy',
      database: 'healthy',
      llm: 'healthy',
      auth: 'healthy',
    },
  },
];
