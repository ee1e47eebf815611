import { expected } from '../../shared/validate.ts';
import { MEMBERS, type PolicySettings, type SettingOrigin } from '../members/types.ts';

/**
 * Checks settings that are each valid against one another.
 *
 * @throws TypeError that lists every conflict
 */
export function assertNoConflicts(
  settings: PolicySettings,
  origins: Readonly<Record<string, SettingOrigin>>,
): void {
  const { circuitBreaker, overallTimeout, retry, bulkhead, order } = settings;
  const conflicts: TypeError[] = [];
  const check = (isValid: boolean, expectation: string, received: unknown) => {
    if (!isValid) conflicts.push(expected(expectation, received));
  };
  if (bulkhead) {
    const isSet = bulkhead.limit !== undefined;
    check(isSet, '`overrides.bulkhead.limit` to be an integer of at least 1', undefined);
  }
  if (overallTimeout) {
    const isSet = overallTimeout.duration !== undefined;
    check(isSet, '`overrides.overallTimeout.duration` to be milliseconds', undefined);
  }
  if (retry) {
    const { initialDelay, minDelay, maxDelay } = retry;
    check(
      minDelay <= maxDelay,
      `${sourceOf('maxDelay')} to be at least ${sourceOf('minDelay')} (${minDelay} ms)`,
      maxDelay,
    );
    // The environment may lower a delay that code sets; a preset may not.
    const isLoweredByEnvironment = origins['retry.maxDelay']?.from === 'environment';
    check(
      isLoweredByEnvironment || initialDelay <= maxDelay,
      `\`overrides.retry.maxDelay\` to be at least \`initialDelay\` (${initialDelay} ms)`,
      maxDelay,
    );
  }
  if (circuitBreaker && circuitBreaker.kind === 'count') {
    const { size, minimumNumberOfCalls } = circuitBreaker;
    check(
      minimumNumberOfCalls <= size,
      `\`circuitBreaker.minimumNumberOfCalls\` to be at most \`size\` (${size})`,
      minimumNumberOfCalls,
    );
  }
  for (const member of MEMBERS) {
    const isOrdered = !settings[member] || order.includes(member);
    check(isOrdered, `\`overrides.order\` to have \`${member}\``, order.join(', '));
  }
  if (conflicts.length > 0) throw new TypeError(conflicts.map(({ message }) => message).join('\n'));

  /** Where the user can change the setting. */
  function sourceOf(setting: string): string {
    const origin = origins[`retry.${setting}`];
    if (origin?.from === 'environment') return origin.variable;
    return origin?.from === 'code'
      ? `\`overrides.retry.${setting}\``
      : `the preset's \`${setting}\``;
  }
}
