import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { followSignal, rejectOnAbort } from '../../src/shared/abort-signals.ts';

describe('a controller that follows a signal', () => {
  it('aborts with the reason of the signal, also if the signal is aborted already', () => {
    const source = new AbortController();
    const [before] = followSignal(source.signal);
    source.abort('gone');
    const [after] = followSignal(source.signal);
    expect([before, after].map(({ signal }) => signal.reason)).toEqual(['gone', 'gone']);
  });

  it('does not abort after its release', () => {
    const source = new AbortController();
    const [controller, release] = followSignal(source.signal);
    release();
    source.abort();
    expect(controller.signal.aborted).toBe(false);
  });

  it('still aborts after its release while the owner is reachable', () => {
    const source = new AbortController();
    const [{ signal }, release] = followSignal(source.signal);
    const owner = {};
    release(owner);
    source.abort('gone');
    expect([signal.reason, owner]).toEqual(['gone', {}]);
  });

  it('shares one listener with all other followers of the signal', () => {
    const { signal } = new AbortController();
    for (let call = 0; call < 20; call++) followSignal(signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  });
});

describe('a call that rejects on abort', () => {
  it('settles like its function, and leaves no listener', async () => {
    const { signal } = new AbortController();
    expect(await rejectOnAbort(signal, async () => 1)).toBe(1);
    await expect(rejectOnAbort(signal, () => Promise.reject('no'))).rejects.toBe('no');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('rejects at once with the reason of the signal', async () => {
    const source = new AbortController();
    const call = rejectOnAbort(source.signal, () => new Promise(() => {}));
    source.abort('gone');
    await expect(call).rejects.toBe('gone');
  });
});
