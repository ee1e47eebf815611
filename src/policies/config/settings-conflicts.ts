import { expected } from '../../shared/validate.ts';
import { MEMBERS, type Origin, type PolicySettings } from '../types.ts';

/**
 * What each setting for itself does not show.
 *
 * @throws TypeError that lists everything that does not go together
 */
export function assertNoConflicts(
  settings: PolicySettings,
  origins: Readonly<Record<string, Origin>>,
): void {
  const { circuitBreaker, overallTimeout, retry, bulkhead, order } = settings;
  const wrong: TypeError[] = [];
  if (bulkhead && bulkhead.limit === undefined) {
    wrong.push(expected('`overrides.bulkhead.limit` to be an integer of at least 1', undefined));
  }
  if (overallTimeout && overallTimeout.seconds === undefined) {
    wrong.push(expected('`overrides.overallTimeout.seconds` to be seconds', undefined));
  }
  if (retry && retry.minWaitSeconds > retry.maxWaitSeconds) {
    const [longest, shortest] = [nameOf('maxWaitSeconds'), nameOf('minWaitSeconds')];
    const what = `${longest} to be at least ${shortest} (${retry.minWaitSeconds})`;
    wrong.push(expected(what, retry.maxWaitSeconds));
  }
  // The environment may cap what the code wants; a preset, which was not asked to, may not.
  const capped = origins['retry.maxWaitSeconds']?.from !== 'environment';
  if (retry && capped && retry.firstWaitSeconds > retry.maxWaitSeconds) {
    const what = `\`overrides.retry.maxWaitSeconds\` to be at least \`firstWaitSeconds\` (${retry.firstWaitSeconds})`;
    wrong.push(expected(what, retry.maxWaitSeconds));
  }
  if (circuitBreaker && circuitBreaker.kind === 'count') {
    const { size, minimumCalls } = circuitBreaker;
    if (minimumCalls > size) {
      wrong.push(
        expected(`\`circuitBreaker.minimumCalls\` to be at most \`size\` (${size})`, minimumCalls),
      );
    }
  }
  for (const member of MEMBERS) {
    if (settings[member] && !order.includes(member)) {
      wrong.push(expected(`\`overrides.order\` to have \`${member}\``, order.join(', ')));
    }
  }
  if (wrong.length > 0) throw new TypeError(wrong.map(({ message }) => message).join('\n'));

  /** Where it is set, as that is where it can be changed. */
  function nameOf(setting: string): string {
    const origin = origins[`retry.${setting}`];
    if (origin?.from === 'environment') return origin.variable;
    return origin?.from === 'code'
      ? `\`overrides.retry.${setting}\``
      : `the preset's \`${setting}\``;
  }
}
