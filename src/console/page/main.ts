import { byId, mark, say } from './dom.ts';
import { showNews } from './event-list.ts';
import { clock, latency, percent, spanText } from './format.ts';
import { Model, type StateChanged } from './model.ts';
import {
  currentToken,
  openDialog,
  prepareDialog,
  refreshDialog,
  useToken,
} from './operation-dialog.ts';
import { colorsAre } from './sparkline.ts';
import { stateOf } from './states.ts';
import { type Connection, Stream } from './stream.ts';
import { Summary } from './summary.ts';
import { Table } from './table.ts';
import { prepareTheme } from './theme.ts';
import { showToast } from './toast.ts';

/** So many changes are read out one by one. */
const MOST_SPOKEN = 3;

const model = new Model();
const summary = new Summary(() => draw());
const table = new Table(model, summary, openDialog);
const stream = new Stream({ full, tick, turned }, currentToken);
let connection: Connection = 'connecting';
let drawing = false;

function full(message: Parameters<Model['full']>[0]): void {
  const changed = model.full(message);
  mark(document.body, 'data-known', '');
  say(byId('service'), model.service ?? 'Policies');
  byId('no-administration').hidden = model.administration;
  say(byId('instance'), model.instance);
  showLimits();
  speak(changed);
  draw();
}

function tick(message: Parameters<Model['tick']>[0]): void {
  speak(model.tick(message));
  draw();
}

/** With the next frame; a page that nobody sees has none, but for its title. */
function draw(): void {
  summary.show(model);
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    table.show();
    showNews(model.news);
    say(byId('span'), spanText(model.watchedSeconds));
    refreshDialog(model.policies);
    if (connection === 'live') say(byId('heard'), clock(model.at));
  });
}

/** For who does not see it: changes of state, and nothing else. */
function speak(changed: readonly StateChanged[]): void {
  if (changed.length === 0) return;
  const told = changed
    .slice(0, MOST_SPOKEN)
    .map(({ name, state }) => `${name} is ${stateOf(state).word.toLowerCase()}`);
  const more = changed.length - told.length;
  say(byId('spoken'), [...told, ...(more > 0 ? [`and ${more} more changed`] : [])].join(', '));
}

const CONNECTIONS: Readonly<Record<Connection, string>> = {
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Connection lost, trying again',
  busy: 'The service lets nobody in now, trying again',
  denied: 'The token is needed',
};

function turned(now: Connection, why: string): void {
  connection = now;
  mark(document.body, 'data-connection', now);
  say(byId('connection'), CONNECTIONS[now]);
  const denied = now === 'denied';
  byId('denied').hidden = !denied;
  say(byId('read-error'), denied ? why : '');
  const old =
    model.at > 0 ? `What you see is from ${clock(model.at)} and may be wrong by now.` : '';
  const sentences = denied ? [old] : [`${CONNECTIONS[now]}.`, why, old];
  const stale = sentences.filter((sentence) => sentence !== '').join(' ');
  byId('stale').hidden = now === 'live' || stale === '';
  say(byId('stale'), stale);
}

/** The marks of the meters in words, where their column is named. */
function showLimits(): void {
  const { limits } = model;
  if (limits === undefined) return;
  say(byId('limit-latency'), latency(limits.p95Seconds));
  say(byId('limit-retries'), `${limits.retriesPerCall}/call`);
  say(byId('limit-timeouts'), percent(limits.timeouts));
  say(byId('limit-bulkhead'), percent(limits.saturation));
  say(byId('limit-fallback'), percent(limits.fallbacks));
}

/** A canvas needs colours of its own; the legend has them as they are now. */
function repaint(): void {
  const swatches = document.querySelectorAll('#legend [data-outcome]');
  colorsAre([...swatches].map((swatch) => getComputedStyle(swatch).backgroundColor));
  table.repaint();
}

function keys(event: KeyboardEvent): void {
  const search = byId<HTMLInputElement>('search');
  const typing = event.target instanceof HTMLInputElement;
  if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
    search.select();
  }
  if (event.key === 'Escape' && event.target === search) {
    if (search.value === '') search.blur();
    search.value = '';
    draw();
  }
}

prepareTheme(repaint);
prepareDialog(showToast);
document.addEventListener('keydown', keys);
addEventListener('resize', repaint);
byId('show-all').addEventListener('click', () => {
  table.showAll();
  draw();
});
byId('denied').addEventListener('submit', (event) => {
  event.preventDefault();
  say(byId('read-error'), '');
  useToken(byId<HTMLInputElement>('read-token').value);
  stream.connect();
});
stream.connect();
