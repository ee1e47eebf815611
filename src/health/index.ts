/**
 * Operating a service: whether what it needs is there, and what its policies do.
 *
 * @module
 */
export type { LogFields, Logger } from './logger.ts';
