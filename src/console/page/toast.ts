import { byId, say } from './dom.ts';

/** Long enough for two lines. */
const SHOWN_MS = 10_000;

let timer: number | undefined;

/** What was done here, for who sees the page, and for who hears it. */
export function showToast(text: string): void {
  say(byId('spoken'), text);
  say(byId('told'), text);
  byId('told').hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => {
    byId('told').hidden = true;
  }, SHOWN_MS);
}
