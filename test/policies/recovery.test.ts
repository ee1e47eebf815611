import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPolicy, type ResilientPolicy } from '../../src/policies/index.ts';
import { PRESET_NAMES, type PresetName, presetOf } from '../../src/presets/presets.ts';
import { Dependency } from './support.ts';

/** Whatever happened, nothing stays failed: when the dependency is well again, so are its calls. */
describe.each(PRESET_NAMES)('with the preset %s', (preset: PresetName) => {
  let dependency: Dependency;
  let policy: ResilientPolicy;
  const call = () => dependency.answer(policy.execute(dependency.call));

  beforeEach(async () => {
    dependency = new Dependency();
    await dependency.start();
    policy = createPolicy('service', preset);
  });
  afterEach(async () => {
    policy.dispose();
    await dependency.stop();
  });

  /** It may take the time that the circuit is open, and no more. */
  async function expectRecovery() {
    await vi.advanceTimersByTimeAsync(presetOf(preset).circuitBreaker.openSeconds * 1000);
    expect(await call()).toBe(200);
    for (let calls = 0; calls < 3; calls++) expect(await call()).toBe(200);
    expect(policy.circuitBreaker?.state).toBe(0);
  }

  it('recovers from a server that was killed and started again', async () => {
    await dependency.kill();
    for (let calls = 0; calls < 12; calls++) expect(await call()).toHaveProperty('error');
    expect(policy.circuitBreaker?.state).toBe(1);
    await dependency.revive();
    await expectRecovery();
  });

  it('recovers from a server that broke its connections', async () => {
    dependency.behaviour = 'break';
    for (let calls = 0; calls < 12; calls++) expect(await call()).toHaveProperty('error');
    dependency.behaviour = 200;
    await expectRecovery();
  });

  it('recovers from a server that did not answer', async () => {
    dependency.behaviour = 'hang';
    for (let calls = 0; calls < 12; calls++) expect(await call()).toHaveProperty('error');
    dependency.behaviour = 200;
    await expectRecovery();
  });

  it('recovers from more calls than it lets in', async () => {
    dependency.behaviour = 'hang';
    const many = Array.from({ length: 150 }, () => policy.execute(dependency.call));
    const answers = await dependency.answer(Promise.allSettled(many));
    expect(answers).toHaveLength(150);
    dependency.behaviour = 200;
    await expectRecovery();
  });
});
