import { runDetached } from '../../shared/logger.ts';
import { memberOf, messageOf } from './error-message.ts';

/** Why an answer means that the system is not available, if it does. May throw, as getters can. */
export function unavailableReason(answer: unknown): string | undefined {
  if (answer === false) return 'the answer was false';
  if (typeof answer !== 'object' || answer === null) return undefined;
  discard(answer);
  const { available, ok } = answer as Readonly<Record<string, unknown>>;
  if (available !== false && ok !== false) return undefined;
  const error = memberOf(answer, 'error');
  const status = memberOf(answer, 'status');
  if (error) return messageOf(error);
  return typeof status === 'number'
    ? `status ${status}`
    : 'the answer was that it is not available';
}

/** A response that nobody reads keeps its connection busy, of whichever `fetch` it is. */
function discard(answer: object): void {
  const { body } = answer as { readonly body?: { readonly cancel?: unknown } | null };
  const cancel = body?.cancel;
  if (typeof cancel !== 'function') return;
  // What somebody reads already rejects, and is none of ours.
  runDetached(() => cancel.call(body));
}
