import { describe, expect, it, vi } from 'vitest';
import { Viewer } from '../../../src/console/server/viewer.ts';

const KB = new Uint8Array(1024);

function begun(leave: () => void, destroy: () => void = () => {}): Viewer {
  const viewer = new Viewer(leave, { destroy });
  viewer.begin(new Uint8Array(0));
  return viewer;
}

describe('a viewer', () => {
  it('is given up when more than a megabyte waits, and its connection is closed', async () => {
    const [leave, destroy] = [vi.fn(), vi.fn()];
    const viewer = begun(leave, destroy);
    for (let count = 0; count < 1024; count++) viewer.send(KB);
    expect(leave).not.toHaveBeenCalled();
    viewer.send(KB);
    viewer.send(KB);
    expect(leave).toHaveBeenCalledTimes(1);
    expect(destroy).toHaveBeenCalledTimes(1);
    expect((await viewer.stream.getReader().read()).done).toBe(true);
  });

  it('may have a first message of any size, and gets nothing before it', async () => {
    const leave = vi.fn();
    const viewer = new Viewer(leave);
    const large = new Uint8Array(5_000_000);
    viewer.send(KB);
    viewer.begin(large);
    for (let count = 0; count < 1000; count++) viewer.send(KB);
    expect(leave).not.toHaveBeenCalled();
    const reader = viewer.stream.getReader();
    expect((await reader.read()).value).toBe(large);
    expect((await reader.read()).value).toBe(KB);
  });

  it('is kept for as long as it reads', async () => {
    const leave = vi.fn();
    const viewer = begun(leave);
    const reader = viewer.stream.getReader();
    expect((await reader.read()).value).toHaveLength(0);
    for (let count = 0; count < 3000; count++) {
      const read = reader.read();
      viewer.send(KB);
      expect((await read).value).toBe(KB);
    }
    expect(leave).not.toHaveBeenCalled();
    await reader.cancel();
    expect(leave).toHaveBeenCalledTimes(1);
    viewer.send(KB);
  });

  it('can be ended twice, and while it waits', async () => {
    const leave = vi.fn();
    const viewer = new Viewer(leave);
    const read = viewer.stream.getReader().read();
    viewer.end();
    viewer.end();
    expect((await read).done).toBe(true);
    expect(leave).toHaveBeenCalledTimes(1);
  });
});
