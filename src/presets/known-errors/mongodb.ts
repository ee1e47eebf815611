import { rowsOf } from './types.ts';

const CODES = 'https://www.mongodb.com/docs/manual/reference/error-codes/';

export const MONGODB_ERRORS = rowsOf('mongodb', '`lib/error.js` of `mongodb`', [
  {
    meaning: 'transient',
    what: 'server or driver marks it as worth a retry',
    field: 'mongoLabel',
    values: [
      'PoolRequestedRetry',
      'RetryableError',
      'RetryableWriteError',
      'SystemOverloadedError',
      'TransientTransactionError',
    ],
  },
  {
    meaning: 'transient',
    what: 'no connection, it broke, or timed out',
    field: 'name',
    values: [
      'MongoNetworkError',
      'MongoNetworkTimeoutError',
      'MongoOperationTimeoutError',
      'MongoPoolClearedError',
      'MongoServerSelectionError',
      'MongoWaitQueueTimeoutError',
      'PoolClearedOnNetworkError',
    ],
  },
  {
    meaning: 'transient',
    what: 'no primary, shutting down, unreachable, timed out, write conflict',
    field: 'mongoCode',
    values: [
      '6', // HostUnreachable
      '7', // HostNotFound
      '24', // LockTimeout
      '50', // MaxTimeMSExpired
      '89', // NetworkTimeout
      '91', // ShutdownInProgress
      '112', // WriteConflict
      '134', // ReadConcernMajorityNotAvailableYet
      '189', // PrimarySteppedDown
      '262', // ExceededTimeLimit
      '9001', // SocketException
      '10107', // NotWritablePrimary
      '11600', // InterruptedAtShutdown
      '11602', // InterruptedDueToReplStateChange
      '13435', // NotPrimaryNoSecondaryOk
      '13436', // NotPrimaryOrSecondary
    ],
    source: CODES,
  },
  {
    meaning: 'caller',
    what: 'a wrong command or value, no access, duplicate key',
    field: 'mongoCode',
    values: [
      '2', // BadValue
      '9', // FailedToParse
      '11', // UserNotFound
      '13', // Unauthorized
      '14', // TypeMismatch
      '18', // AuthenticationFailed
      '20', // IllegalOperation
      '26', // NamespaceNotFound
      '27', // IndexNotFound
      '48', // NamespaceExists
      '59', // CommandNotFound
      '66', // ImmutableField
      '72', // InvalidOptions
      '73', // InvalidNamespace
      '85', // IndexOptionsConflict
      '86', // IndexKeySpecsConflict
      '121', // DocumentValidationFailure
      '8000', // AtlasError: no access
      '11000', // DuplicateKey
      '11001', // DuplicateKey of an update
      '17280', // KeyTooLong
    ],
    source: CODES,
  },
  {
    meaning: 'caller',
    what: 'a wrong use of the driver',
    field: 'name',
    values: [
      'BSONError',
      'MongoCompatibilityError',
      'MongoCursorExhaustedError',
      'MongoCursorInUseError',
      'MongoExpiredSessionError',
      'MongoInvalidArgumentError',
      'MongoMissingCredentialsError',
      'MongoMissingDependencyError',
      'MongoParseError',
      'MongoTransactionError',
    ],
  },
]);
