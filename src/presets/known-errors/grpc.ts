import { rowsOf } from './types.ts';

export const GRPC_ERRORS = rowsOf('gRPC', 'https://grpc.io/docs/guides/status-codes/', [
  {
    meaning: 'transient',
    what: 'DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, UNAVAILABLE',
    field: 'grpcStatus',
    values: ['4', '8', '10', '14'],
  },
  {
    meaning: 'caller',
    what: 'INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED, FAILED_PRECONDITION, OUT_OF_RANGE, UNIMPLEMENTED, UNAUTHENTICATED',
    field: 'grpcStatus',
    values: ['3', '5', '6', '7', '9', '11', '12', '16'],
  },
]);
