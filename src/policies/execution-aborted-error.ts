/** Somebody who looks after the service has called the execution off; nothing is tried again. */
export class ExecutionAbortedError extends Error {
  /** That of what an `AbortController` aborts with. */
  override readonly name = 'AbortError';
  readonly isExecutionAbortedError = true;
  /** Whose execution it was, such as `servicenow`. */
  readonly policyName: string;

  constructor(policyName: string) {
    super(`an execution of ${policyName} was called off by hand`);
    this.policyName = policyName;
  }
}
