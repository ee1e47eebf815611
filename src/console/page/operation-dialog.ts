import { CIRCUIT_BREAKER_ACTIONS } from '../../semconv/attributes.ts';
import { byId, say } from './dom.ts';
import type { Policy } from './model.ts';
import { allowedOn, doneText, targetText } from './operation-target.ts';

/** What takes longer is given up. */
const LONGEST_MS = 10_000;

/** Kept for as long as the page is open, and nowhere else. */
let token = '';

export const currentToken = (): string => token;

export function useToken(value: string): void {
  token = value.trim();
}

const dialog = () => byId<HTMLDialogElement>('operate');
const form = () => byId<HTMLFormElement>('operate-form');
const input = (id: string) => byId<HTMLInputElement>(id);

/** Of which the dialog is. */
let name = '';
/** What it waits for. */
let asking: AbortController | undefined;

/** Asks what to do with the circuit breakers of a name, why, and by which token. */
export function openDialog(policy: Policy): void {
  asking?.abort();
  asking = undefined;
  name = policy.row.name;
  form().reset();
  ready(true);
  say(byId('operate-name'), name);
  say(byId('operate-error'), '');
  say(byId('operate-done'), '');
  const isolated = policy.row.breaker?.state === 'isolated';
  input(isolated ? 'do-release' : 'do-reset').checked = true;
  showTarget(policy);
  input('token').value = token;
  dialog().showModal();
  input(token === '' ? 'token' : 'reason').focus();
}

/** What is acted on changes while somebody thinks. */
export function refreshDialog(policies: ReadonlyMap<string, Policy>): void {
  if (dialog().open) showTarget(policies.get(name));
}

/** @param told is told what was done, in a sentence, when the dialog is no longer there */
export function prepareDialog(told: (text: string) => void): void {
  byId('operate-cancel').addEventListener('click', () => dialog().close());
  dialog().addEventListener('close', () => {
    if (asking === undefined) return;
    asking.abort();
    asking = undefined;
    told(`${name}: nobody waited for the answer. Its row shows whether something was done.`);
  });
  form().addEventListener('submit', (event) => {
    event.preventDefault();
    submit(told);
  });
}

function showTarget(policy: Policy | undefined): void {
  const breaker = policy?.row.breaker;
  say(byId('operate-state'), targetText(breaker));
  const allowed = allowedOn(breaker);
  for (const action of CIRCUIT_BREAKER_ACTIONS) {
    const choice = input(`do-${action}`);
    choice.disabled = !allowed[action];
    // What is chosen for somebody else is chosen by nobody.
    if (choice.disabled) choice.checked = false;
  }
}

async function submit(told: (text: string) => void): Promise<void> {
  const action = new FormData(form()).get('action');
  const abort = new AbortController();
  asking = abort;
  useToken(input('token').value);
  say(byId('operate-error'), '');
  ready(false);
  try {
    const response = await fetch(`circuit-breakers/${encodeURIComponent(name)}/${action}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ reason: input('reason').value.trim() }),
      signal: AbortSignal.any([abort.signal, AbortSignal.timeout(LONGEST_MS)]),
    });
    const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
    // The dialog may be of another name by now, or of none.
    if (asking !== abort) return;
    asking = undefined;
    const detail = typeof answer['detail'] === 'string' ? answer['detail'] : '';
    if (response.ok) finish(`${name}: ${doneText(String(action), answer['state'])}`, detail, told);
    else refuse(response.status, detail);
  } catch {
    if (asking !== abort) return;
    asking = undefined;
    say(byId('operate-error'), 'The service did not answer. Nothing is known to have changed.');
    ready(true);
  }
}

/** What is left to know has to be read; else nobody has to close anything. */
function finish(done: string, detail: string, told: (text: string) => void): void {
  if (detail === '') {
    dialog().close();
    told(done);
    return;
  }
  say(byId('operate-done'), `${done} ${detail}`);
  byId('operate-confirm').hidden = true;
  say(byId('operate-cancel'), 'Close');
  byId('operate-cancel').focus();
}

function refuse(status: number, detail: string): void {
  const wrong = status === 401;
  if (wrong) useToken('');
  const what = wrong ? 'The service does not take this token.' : 'The service refused.';
  say(byId('operate-error'), `${what} ${detail} (${status})`);
  ready(true);
  if (wrong) input('token').select();
}

/** Whether something can be sent. */
function ready(can: boolean): void {
  const confirm = byId<HTMLButtonElement>('operate-confirm');
  confirm.disabled = !can;
  confirm.hidden = false;
  say(confirm, can ? 'Do it' : 'Doing it');
  say(byId('operate-cancel'), 'Cancel');
}
