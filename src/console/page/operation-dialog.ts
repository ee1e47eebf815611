import { CIRCUIT_BREAKER_ACTIONS } from '../../semconv/attributes.ts';
import { byId, setText } from './dom.ts';
import type { Policy } from './model.ts';
import { allowedActions, doneText, targetText } from './operation-target.ts';

/** Timeout of a request. */
const TIMEOUT_MS = 10_000;

/** Stored in this variable only, until the page is closed. */
let token = '';

export const currentToken = (): string => token;

export function useToken(value: string): void {
  token = value.trim();
}

const dialog = () => byId<HTMLDialogElement>('operate');
const form = () => byId<HTMLFormElement>('operate-form');
const input = (id: string) => byId<HTMLInputElement>(id);

/** The name that the dialog is for. */
let name = '';
/** Aborts the pending request. */
let pendingRequest: AbortController | undefined;

/** Opens the dialog for the circuit breakers of a name. */
export function openDialog(policy: Policy): void {
  pendingRequest?.abort();
  pendingRequest = undefined;
  name = policy.row.name;
  form().reset();
  enableSubmit(true);
  setText(byId('operate-name'), name);
  setText(byId('operate-error'), '');
  setText(byId('operate-done'), '');
  const isIsolated = policy.row.breaker?.state === 'isolated';
  input(isIsolated ? 'do-release' : 'do-reset').checked = true;
  showTarget(policy);
  input('token').value = token;
  dialog().showModal();
  input(token === '' ? 'token' : 'reason').focus();
}

/** Updates the state of the target while the dialog is open. */
export function refreshDialog(policies: ReadonlyMap<string, Policy>): void {
  if (dialog().open) showTarget(policies.get(name));
}

/** @param notify receives the result of an operation as a sentence, after the dialog was closed */
export function prepareDialog(notify: (text: string) => void): void {
  byId('operate-cancel').addEventListener('click', () => dialog().close());
  dialog().addEventListener('close', () => {
    if (pendingRequest === undefined) return;
    pendingRequest.abort();
    pendingRequest = undefined;
    notify(`${name}: the dialog was closed before the response. The row shows the state.`);
  });
  form().addEventListener('submit', (event) => {
    event.preventDefault();
    submit(notify);
  });
}

function showTarget(policy: Policy | undefined): void {
  const breaker = policy?.row.breaker;
  setText(byId('operate-state'), targetText(breaker));
  const allowed = allowedActions(breaker);
  for (const action of CIRCUIT_BREAKER_ACTIONS) {
    const choice = input(`do-${action}`);
    choice.disabled = !allowed[action];
    // A disabled action must not stay selected.
    if (choice.disabled) choice.checked = false;
  }
}

async function submit(notify: (text: string) => void): Promise<void> {
  const action = new FormData(form()).get('action');
  const abort = new AbortController();
  pendingRequest = abort;
  useToken(input('token').value);
  setText(byId('operate-error'), '');
  enableSubmit(false);
  try {
    const response = await fetch(`circuit-breakers/${encodeURIComponent(name)}/${action}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ reason: input('reason').value.trim() }),
      signal: AbortSignal.any([abort.signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
    // The dialog may be closed, or open for another name.
    if (pendingRequest !== abort) return;
    pendingRequest = undefined;
    const detail = typeof body['detail'] === 'string' ? body['detail'] : '';
    if (response.ok) finish(`${name}: ${doneText(String(action), body['state'])}`, detail, notify);
    else showRejection(response.status, detail);
  } catch {
    if (pendingRequest !== abort) return;
    pendingRequest = undefined;
    setText(
      byId('operate-error'),
      'The service did not respond. The row shows whether anything changed.',
    );
    enableSubmit(true);
  }
}

/** Closes the dialog, unless it has a detail that the user must read. */
function finish(done: string, detail: string, notify: (text: string) => void): void {
  if (detail === '') {
    dialog().close();
    notify(done);
    return;
  }
  setText(byId('operate-done'), `${done} ${detail}`);
  byId('operate-confirm').hidden = true;
  setText(byId('operate-cancel'), 'Close');
  byId('operate-cancel').focus();
}

function showRejection(status: number, detail: string): void {
  const isTokenWrong = status === 401;
  if (isTokenWrong) useToken('');
  const what = isTokenWrong
    ? 'The service does not accept this token.'
    : 'The service rejected the operation.';
  setText(byId('operate-error'), `${what} ${detail} (${status})`);
  enableSubmit(true);
  if (isTokenWrong) input('token').select();
}

function enableSubmit(isEnabled: boolean): void {
  const confirm = byId<HTMLButtonElement>('operate-confirm');
  confirm.disabled = !isEnabled;
  confirm.hidden = false;
  setText(confirm, isEnabled ? 'Apply' : 'Applying');
  setText(byId('operate-cancel'), 'Cancel');
}
