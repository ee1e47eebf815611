import { rowsOf } from './types.ts';

/** These come before the status: the SDK reports throttling with the status 400. */
export const AWS_ERRORS = rowsOf(
  'AWS SDK v3',
  '`service-error-classification/constants.ts` of `@smithy/core`',
  [
    {
      meaning: 'transient',
      what: 'the SDK marks it as worth a retry',
      field: 'awsRetryable',
      values: ['throttling', 'transient'],
    },
    {
      meaning: 'transient',
      what: 'throttled',
      field: 'awsName',
      values: [
        'BandwidthLimitExceeded',
        'EC2ThrottledException',
        'LimitExceededException',
        'PriorRequestNotComplete',
        'ProvisionedThroughputExceededException',
        'RequestLimitExceeded',
        'RequestThrottled',
        'RequestThrottledException',
        'SlowDown',
        'ThrottledException',
        'Throttling',
        'ThrottlingException',
        'TooManyRequestsException',
        'TransactionInProgressException',
      ],
    },
    {
      meaning: 'transient',
      what: 'timed out',
      field: 'awsName',
      values: ['RequestTimeout', 'RequestTimeoutException', 'TimeoutError'],
    },
  ],
);
