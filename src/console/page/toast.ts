import { byId, setText } from './dom.ts';

/** Enough time to read two lines. */
const SHOWN_MS = 10_000;

let timer: number | undefined;

/** Shows a message for a while, and announces it to screen readers. */
export function showToast(text: string): void {
  setText(byId('announcement'), text);
  setText(byId('toast'), text);
  byId('toast').hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => {
    byId('toast').hidden = true;
  }, SHOWN_MS);
}
