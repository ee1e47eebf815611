import { AWS_ERRORS } from './aws.ts';
import { GRPC_ERRORS } from './grpc.ts';
import { HTTP_ERRORS, LLM_ERRORS } from './http.ts';
import { MONGODB_ERRORS } from './mongodb.ts';
import { NETWORK_ERRORS, PROGRAM_ERRORS } from './network.ts';
import { REDIS_ERRORS } from './redis.ts';
import { SQL_ERRORS } from './sql.ts';
import type { KnownError } from './types.ts';

/** The first row that matches decides; what no row matches counts for the circuit and is not retried. */
export const KNOWN_ERRORS: readonly KnownError[] = [
  ...AWS_ERRORS,
  ...HTTP_ERRORS,
  ...GRPC_ERRORS,
  ...SQL_ERRORS,
  ...REDIS_ERRORS,
  ...MONGODB_ERRORS,
  ...LLM_ERRORS,
  ...NETWORK_ERRORS,
  ...PROGRAM_ERRORS,
];
