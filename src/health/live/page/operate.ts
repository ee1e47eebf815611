import { byId, say } from './dom.ts';
import type { Policy } from './model.ts';
import { stateOf } from './states.ts';

/** Kept for as long as the page is open, and nowhere else. */
let token = '';

export const currentToken = (): string => token;

export function useToken(value: string): void {
  token = value.trim();
}

const dialog = () => byId<HTMLDialogElement>('operate');
const form = () => byId<HTMLFormElement>('operate-form');
const input = (id: string) => byId<HTMLInputElement>(id);

let name = '';

/** Asks what to do with the circuit breakers of a name, why, and by which token. */
export function openDialog(policy: Policy): void {
  name = policy.row.name;
  const { breaker } = policy.row;
  form().reset();
  say(byId('operate-name'), name);
  say(byId('operate-state'), `It is ${stateOf(breaker?.state).word.toLowerCase()} now.`);
  say(byId('operate-error'), '');
  const isolated = breaker?.state === 'isolated';
  input('do-reset').disabled = isolated;
  input('do-release').disabled = !isolated && !breaker?.held;
  input('do-isolate').disabled = isolated && breaker?.held === true;
  input(isolated ? 'do-release' : 'do-reset').checked = true;
  input('token').value = token;
  dialog().showModal();
  input(token === '' ? 'token' : 'reason').focus();
}

/** @param done is told what was done, in a sentence */
export function prepareDialog(done: (text: string) => void): void {
  byId('operate-cancel').addEventListener('click', () => dialog().close());
  form().addEventListener('submit', (event) => {
    event.preventDefault();
    submit(done);
  });
}

async function submit(done: (text: string) => void): Promise<void> {
  const action = new FormData(form()).get('action');
  const confirm = byId<HTMLButtonElement>('operate-confirm');
  useToken(input('token').value);
  say(byId('operate-error'), '');
  confirm.disabled = true;
  try {
    const response = await fetch(`circuit-breakers/${encodeURIComponent(name)}/${action}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ reason: input('reason').value.trim() }),
    });
    const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
    if (response.ok) {
      const state = stateOf(String(answer['state'])).word.toLowerCase();
      done(`${name}: ${action} was done, it is ${state} now.`);
      dialog().close();
      return;
    }
    const detail = typeof answer['detail'] === 'string' ? answer['detail'] : '';
    refuse(response.status, detail);
  } catch {
    say(byId('operate-error'), 'The service did not answer. Nothing is known to have changed.');
  } finally {
    confirm.disabled = false;
  }
}

function refuse(status: number, detail: string): void {
  const wrong = status === 401;
  if (wrong) useToken('');
  const what = wrong ? 'The service does not take this token.' : 'The service refused.';
  say(byId('operate-error'), `${what} ${detail} (${status})`);
  if (wrong) input('token').select();
}
