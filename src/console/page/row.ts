import type { Limits } from '../protocol/messages.ts';
import { breakerText } from './breaker.ts';
import { make, mark, say } from './dom.ts';
import { count, latency, percent, rate, troublePercent } from './format.ts';
import { answerable, unanswered } from './limit-checks.ts';
import { Meter } from './meter.ts';
import type { Model, Policy } from './model.ts';
import { Spark } from './sparkline.ts';
import { stateOf } from './states.ts';

/** A bar ends at twice its limit. */
const HALF = 0.5;

/** One policy on the page. */
export class RowView {
  readonly element = make('tr', { role: 'row' });
  /** Whether it is on the screen: only then is its plot drawn. */
  visible = false;
  readonly #name: string;
  readonly #badge = make('span', { class: 'badge' });
  readonly #shape = make('span', { 'aria-hidden': 'true' });
  readonly #word = make('span');
  readonly #about = make('span', { class: 'note' });
  readonly #plot = make('div', { class: 'spark', 'aria-hidden': 'true' });
  readonly #outcomes = make('span', { class: 'note' });
  readonly #rate = make('span', { class: 'value' });
  readonly #active = make('span', { class: 'note' });
  readonly #latency = new Meter(HALF);
  readonly #retries = new Meter(HALF);
  readonly #timeouts = new Meter(HALF);
  readonly #bulkhead: Meter;
  readonly #fallback = new Meter(HALF);
  readonly #operate = make('button', { type: 'button', class: 'operate' }, 'Operate');
  readonly #spark = new Spark(this.#plot);

  constructor(name: string, limits: Limits | undefined, operate: () => void) {
    this.#name = name;
    this.#bulkhead = new Meter(limits?.saturation);
    this.#badge.append(this.#shape, ' ', this.#word);
    this.#operate.setAttribute('aria-label', `Operate ${name}`);
    this.#operate.addEventListener('click', operate);
    const title = make('span', { class: 'name', title: name });
    title.textContent = name;
    const cell = (label: string, ...children: Node[]) =>
      make('td', { role: 'cell', 'data-label': label }, ...children);
    this.element.append(
      make(
        'th',
        { role: 'rowheader', scope: 'row' },
        this.#badge,
        make('span', { class: 'who' }, title, this.#about),
      ),
      cell('Outcomes', this.#plot, this.#outcomes),
      cell('Calls', this.#rate, this.#active),
      cell('p95 latency', this.#latency.element),
      cell('Retries', this.#retries.element),
      cell('Timeouts', this.#timeouts.element),
      cell('Bulkhead', this.#bulkhead.element),
      cell('Fallback', this.#fallback.element),
      make('td', { role: 'cell', class: 'operation' }, this.#operate),
    );
  }

  get name(): string {
    return this.#name;
  }

  show(policy: Policy, model: Model): void {
    const { row } = policy;
    const { shape, word } = stateOf(row.breaker?.state);
    mark(this.element, 'data-state', row.breaker?.state ?? 'none');
    say(this.#shape, shape);
    say(this.#word, word);
    say(this.#about, row.breaker ? breakerText(row.breaker, model.at) : '');
    this.#showCalls(policy, model);
    if (model.limits) this.#showMeters(policy, model.limits);
    this.#operate.hidden = !model.administration || row.breaker === undefined;
    if (this.visible) this.#spark.draw(model.times, policy.past, model.at);
  }

  /** It has left the screen, or the colours are others now. */
  forgetPlot(): void {
    this.#spark.forget();
  }

  #showCalls(policy: Policy, model: Model): void {
    const { row, beyond } = policy;
    const failed = unanswered(row);
    const all = answerable(row);
    const perSecond = model.rate(policy);
    const [, , , , , cancelled = 0, notHandled = 0] = row.outcomes;
    const [ok = 0, stoodIn = 0] = row.outcomes;
    const parts = [
      all > 0 ? `${percent(ok / all)} ok` : noCalls(model.watchedSeconds),
      ...(stoodIn > 0 ? [`${troublePercent(stoodIn / all)} fallback`] : []),
      ...(failed > 0 ? [`${count(failed)} failed`] : []),
      ...(cancelled > 0 ? [`${count(cancelled)} cancelled`] : []),
      ...(notHandled > 0 ? [`${count(notHandled)} not handled`] : []),
    ];
    say(this.#outcomes, parts.join(' · '));
    mark(this.#outcomes, 'data-over', beyond.has('errors') ? '' : undefined);
    say(this.#rate, perSecond === undefined ? '–' : `${rate(perSecond)} /s`);
    say(this.#active, row.active > 0 ? `${count(row.active)} active` : '');
  }

  #showMeters({ row, beyond }: Policy, limits: Limits): void {
    const { retry, timeout, bulkhead, fallback } = row;
    this.#latency.show(
      latency(row.p95),
      HALF * ((row.p95 ?? 0) / limits.p95Seconds),
      beyond.has('latency'),
      row.p50 === null ? '' : `p50 ${latency(row.p50)}`,
    );
    visible(this.#retries, retry);
    if (retry) {
      const perCall = share(retry.again, retry.calls);
      this.#retries.show(
        `${perCall === 0 ? '0' : perCall < 0.01 ? '<0.01' : perCall.toFixed(2)}/call`,
        HALF * (perCall / limits.retriesPerCall),
        beyond.has('retries'),
        retry.exhausted > 0
          ? `${count(retry.exhausted)} in vain`
          : retry.again > 0
            ? `${count(retry.again)} again`
            : '',
      );
    }
    visible(this.#timeouts, timeout);
    if (timeout) {
      const late = share(timeout.timedOut, timeout.calls);
      this.#timeouts.show(
        troublePercent(late),
        HALF * (late / limits.timeouts),
        beyond.has('timeouts'),
        timeout.limit === null ? '' : `after ${latency(timeout.limit)}`,
      );
    }
    visible(this.#bulkhead, bulkhead);
    if (bulkhead) {
      const rejected = share(bulkhead.rejected, bulkhead.calls);
      const notes = [
        ...(bulkhead.queued > 0 ? [`${count(bulkhead.queued)} queued`] : []),
        ...(rejected > 0 ? [`${troublePercent(rejected)} rejected`] : []),
      ];
      this.#bulkhead.show(
        `${count(bulkhead.active)} of ${count(bulkhead.limit)}`,
        share(bulkhead.active, bulkhead.limit),
        beyond.has('saturation') || beyond.has('rejections'),
        notes.join(' · '),
      );
    }
    visible(this.#fallback, fallback);
    if (fallback) {
      const used = share(fallback.used, fallback.calls);
      this.#fallback.show(
        troublePercent(used),
        HALF * (used / limits.fallbacks),
        beyond.has('fallbacks'),
        fallback.failed > 0 ? `${count(fallback.failed)} failed` : '',
      );
    }
  }
}

/** A policy without a part has an empty cell, which is left out on a phone. */
function visible({ element }: Meter, part: object | undefined): void {
  element.hidden = part === undefined;
  mark(element.parentElement as Element, 'data-empty', part === undefined ? '' : undefined);
}

/** Of what was not watched nothing is known. */
function noCalls(watchedSeconds: number): string {
  return watchedSeconds > 0 ? 'no calls' : '–';
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
