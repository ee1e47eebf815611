import type { Limits } from '../protocol/messages.ts';
import { breakerText } from './breaker.ts';
import { createElement, setAttribute, setText } from './dom.ts';
import { count, latency, percent, rate, troublePercent } from './format.ts';
import { answerable, unanswered } from './limit-checks.ts';
import { Meter } from './meter.ts';
import type { Model, Policy } from './model.ts';
import { Sparkline } from './sparkline.ts';
import { stateOf } from './states.ts';

/** The position of a limit on its bar, which ends at twice the limit. */
const LIMIT_POSITION = 0.5;

/** One policy on the page. */
export class RowView {
  readonly element = createElement('tr', { role: 'row' });
  /** Whether the row is on the screen. Only then its plot is drawn. */
  isVisible = false;
  readonly #name: string;
  readonly #badge = createElement('span', { class: 'badge' });
  readonly #shape = createElement('span', { 'aria-hidden': 'true' });
  readonly #word = createElement('span');
  readonly #details = createElement('span', { class: 'note' });
  readonly #plot = createElement('div', { class: 'spark', 'aria-hidden': 'true' });
  readonly #outcomes = createElement('span', { class: 'note' });
  readonly #rate = createElement('span', { class: 'value' });
  readonly #active = createElement('span', { class: 'note' });
  readonly #latency = new Meter(LIMIT_POSITION);
  readonly #retries = new Meter(LIMIT_POSITION);
  readonly #timeouts = new Meter(LIMIT_POSITION);
  readonly #bulkhead: Meter;
  readonly #fallback = new Meter(LIMIT_POSITION);
  readonly #operate = createElement('button', { type: 'button', class: 'operate' }, 'Operate');
  readonly #sparkline = new Sparkline(this.#plot);

  constructor(name: string, limits: Limits | undefined, operate: () => void) {
    this.#name = name;
    this.#bulkhead = new Meter(limits?.saturation);
    this.#badge.append(this.#shape, ' ', this.#word);
    this.#operate.setAttribute('aria-label', `Operate ${name}`);
    this.#operate.addEventListener('click', operate);
    const title = createElement('span', { class: 'name', title: name });
    title.textContent = name;
    const cell = (label: string, ...children: Node[]) =>
      createElement('td', { role: 'cell', 'data-label': label }, ...children);
    this.element.append(
      createElement(
        'th',
        { role: 'rowheader', scope: 'row' },
        this.#badge,
        createElement('span', { class: 'identity' }, title, this.#details),
      ),
      cell('Outcomes', this.#plot, this.#outcomes),
      cell('Calls', this.#rate, this.#active),
      cell('p95 latency', this.#latency.element),
      cell('Retries', this.#retries.element),
      cell('Timeouts', this.#timeouts.element),
      cell('Bulkhead', this.#bulkhead.element),
      cell('Fallback', this.#fallback.element),
      createElement('td', { role: 'cell', class: 'operation' }, this.#operate),
    );
  }

  get name(): string {
    return this.#name;
  }

  show(policy: Policy, model: Model): void {
    const { row } = policy;
    const { shape, word } = stateOf(row.breaker?.state);
    setAttribute(this.element, 'data-state', row.breaker?.state ?? 'none');
    setText(this.#shape, shape);
    setText(this.#word, word);
    setText(this.#details, row.breaker ? breakerText(row.breaker, model.at) : '');
    this.#showCalls(policy, model);
    if (model.limits) this.#showMeters(policy, model.limits);
    this.#operate.hidden = !model.canAdminister || row.breaker === undefined;
    if (this.isVisible) this.#sparkline.draw(model.times, policy.history, model.at);
  }

  /** Removes the plot of a row that is not visible, or whose colors have changed. */
  removePlot(): void {
    this.#sparkline.remove();
  }

  #showCalls(policy: Policy, model: Model): void {
    const { row, exceeded } = policy;
    const failed = unanswered(row);
    const total = answerable(row);
    const perSecond = model.rate(policy);
    const [, , , , , cancelled = 0, notHandled = 0] = row.outcomes;
    const [successful = 0, withFallback = 0] = row.outcomes;
    const parts = [
      total > 0 ? `${percent(successful / total)} ok` : noCallsText(model.sampledSeconds),
      ...(withFallback > 0 ? [`${troublePercent(withFallback / total)} fallback`] : []),
      ...(failed > 0 ? [`${count(failed)} failed`] : []),
      ...(cancelled > 0 ? [`${count(cancelled)} cancelled`] : []),
      ...(notHandled > 0 ? [`${count(notHandled)} not handled`] : []),
    ];
    setText(this.#outcomes, parts.join(' · '));
    setAttribute(this.#outcomes, 'data-over-limit', exceeded.has('errors') ? '' : undefined);
    setText(this.#rate, perSecond === undefined ? '–' : `${rate(perSecond)} /s`);
    setText(this.#active, row.active > 0 ? `${count(row.active)} active` : '');
  }

  #showMeters({ row, exceeded }: Policy, limits: Limits): void {
    const { retry, timeout, bulkhead, fallback } = row;
    this.#latency.show(
      latency(row.p95),
      LIMIT_POSITION * ((row.p95 ?? 0) / limits.p95Seconds),
      exceeded.has('latency'),
      row.p50 === null ? '' : `p50 ${latency(row.p50)}`,
    );
    setVisible(this.#retries, retry);
    if (retry) {
      const perCall = share(retry.retries, retry.calls);
      this.#retries.show(
        `${perCall === 0 ? '0' : perCall < 0.01 ? '<0.01' : perCall.toFixed(2)}/call`,
        LIMIT_POSITION * (perCall / limits.retriesPerCall),
        exceeded.has('retries'),
        retry.exhausted > 0
          ? `${count(retry.exhausted)} exhausted`
          : retry.retries > 0
            ? `${count(retry.retries)} retries`
            : '',
      );
    }
    setVisible(this.#timeouts, timeout);
    if (timeout) {
      const timedOut = share(timeout.timedOut, timeout.calls);
      this.#timeouts.show(
        troublePercent(timedOut),
        LIMIT_POSITION * (timedOut / limits.timeouts),
        exceeded.has('timeouts'),
        timeout.limit === null ? '' : `after ${latency(timeout.limit)}`,
      );
    }
    setVisible(this.#bulkhead, bulkhead);
    if (bulkhead) {
      const rejected = share(bulkhead.rejected, bulkhead.calls);
      const notes = [
        ...(bulkhead.queued > 0 ? [`${count(bulkhead.queued)} queued`] : []),
        ...(rejected > 0 ? [`${troublePercent(rejected)} rejected`] : []),
      ];
      this.#bulkhead.show(
        `${count(bulkhead.active)} of ${count(bulkhead.limit)}`,
        share(bulkhead.active, bulkhead.limit),
        exceeded.has('saturation') || exceeded.has('rejections'),
        notes.join(' · '),
      );
    }
    setVisible(this.#fallback, fallback);
    if (fallback) {
      const used = share(fallback.used, fallback.calls);
      this.#fallback.show(
        troublePercent(used),
        LIMIT_POSITION * (used / limits.fallbacks),
        exceeded.has('fallbacks'),
        fallback.failed > 0 ? `${count(fallback.failed)} failed` : '',
      );
    }
  }
}

/** Phones omit the empty cell of a member that the policy does not have. */
function setVisible({ element }: Meter, member: object | undefined): void {
  const isMissing = member === undefined;
  element.hidden = isMissing;
  setAttribute(element.parentElement as Element, 'data-empty', isMissing ? '' : undefined);
}

function noCallsText(sampledSeconds: number): string {
  return sampledSeconds > 0 ? 'no calls' : '–';
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
