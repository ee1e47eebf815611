/**
 * An operator has aborted the execution, through the CLI or the operations API. It is not retried.
 *
 * @example
 * if (error instanceof ExecutionAbortedError) logger.warn(`${error.policyName} was aborted`);
 */
export class ExecutionAbortedError extends Error {
  /** The name of the errors with which an `AbortController` aborts. */
  override readonly name = 'AbortError';
  /** Recognizes the error, also across copies of this package. */
  readonly isExecutionAbortedError = true;
  /** The name of the policy, such as `servicenow`. */
  readonly policyName: string;

  constructor(policyName: string) {
    super(`an operator aborted an execution of ${policyName}`);
    this.policyName = policyName;
  }
}
