import { byId, setAttribute, setText } from './dom.ts';
import { showEvents } from './event-list.ts';
import { clock, latency, percent, spanText } from './format.ts';
import { Model, type StateChange } from './model.ts';
import {
  currentToken,
  openDialog,
  prepareDialog,
  refreshDialog,
  useToken,
} from './operation-dialog.ts';
import { setColors } from './sparkline.ts';
import { stateOf } from './states.ts';
import { type Connection, Stream } from './stream.ts';
import { Summary } from './summary.ts';
import { Table } from './table.ts';
import { prepareTheme } from './theme.ts';
import { showToast } from './toast.ts';

/** State changes that one announcement names. */
const MAX_ANNOUNCED = 3;

const model = new Model();
const summary = new Summary(() => draw());
const table = new Table(model, summary, openDialog);
const stream = new Stream({ onSnapshot, onUpdate, onConnectionChange }, currentToken);
let connection: Connection = 'connecting';
let isDrawQueued = false;

function onSnapshot(message: Parameters<Model['applySnapshot']>[0]): void {
  const changes = model.applySnapshot(message);
  setAttribute(document.body, 'data-known', '');
  setText(byId('service'), model.service ?? 'Policies');
  byId('no-administration').hidden = model.canAdminister;
  setText(byId('instance'), model.instance);
  showLimits();
  announce(changes);
  draw();
}

function onUpdate(message: Parameters<Model['applyUpdate']>[0]): void {
  announce(model.applyUpdate(message));
  draw();
}

/** Draws with the next frame. A hidden page has no frames, but its title is updated. */
function draw(): void {
  summary.show(model);
  if (isDrawQueued) return;
  isDrawQueued = true;
  requestAnimationFrame(() => {
    isDrawQueued = false;
    table.show();
    showEvents(model.events);
    setText(byId('span'), spanText(model.sampledSeconds));
    refreshDialog(model.policies);
    if (connection === 'live') setText(byId('last-update'), clock(model.at));
  });
}

/** Announces state changes to screen readers. */
function announce(changes: readonly StateChange[]): void {
  if (changes.length === 0) return;
  const named = changes
    .slice(0, MAX_ANNOUNCED)
    .map(({ name, state }) => `${name} is ${stateOf(state).word.toLowerCase()}`);
  const unnamed = changes.length - named.length;
  const suffix = unnamed > 0 ? [`and ${unnamed} more changed`] : [];
  setText(byId('announcement'), [...named, ...suffix].join(', '));
}

const CONNECTIONS: Readonly<Record<Connection, string>> = {
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Connection lost, reconnecting',
  closing: 'The service is stopping, reconnecting',
  denied: 'Token required',
};

function onConnectionChange(now: Connection, reason: string): void {
  connection = now;
  setAttribute(document.body, 'data-connection', now);
  setText(byId('connection'), CONNECTIONS[now]);
  const isDenied = now === 'denied';
  byId('login').hidden = !isDenied;
  setText(byId('login-error'), isDenied ? reason : '');
  const age = model.at > 0 ? `The page shows the state of ${clock(model.at)}.` : '';
  const sentences = isDenied ? [age] : [`${CONNECTIONS[now]}.`, reason, age];
  const text = sentences.filter((sentence) => sentence !== '').join(' ');
  byId('stale').hidden = now === 'live' || text === '';
  setText(byId('stale'), text);
}

/** Shows the limits in the headers of their columns. */
function showLimits(): void {
  const { limits } = model;
  if (limits === undefined) return;
  setText(byId('limit-latency'), latency(limits.p95Seconds));
  setText(byId('limit-retries'), `${limits.retriesPerCall}/call`);
  setText(byId('limit-timeouts'), percent(limits.timeouts));
  setText(byId('limit-bulkhead'), percent(limits.saturation));
  setText(byId('limit-fallback'), percent(limits.fallbacks));
}

/** Draws the plots with the colors of the legend, which follow the theme. */
function repaint(): void {
  const swatches = document.querySelectorAll('#legend [data-outcome]');
  setColors([...swatches].map((swatch) => getComputedStyle(swatch).backgroundColor));
  table.repaint();
}

function handleKey(event: KeyboardEvent): void {
  const search = byId<HTMLInputElement>('search');
  const isTyping = event.target instanceof HTMLInputElement;
  if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
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
document.addEventListener('keydown', handleKey);
addEventListener('resize', repaint);
byId('show-all').addEventListener('click', () => {
  table.showAll();
  draw();
});
byId('login').addEventListener('submit', (event) => {
  event.preventDefault();
  setText(byId('login-error'), '');
  useToken(byId<HTMLInputElement>('login-token').value);
  stream.connect();
});
stream.connect();
