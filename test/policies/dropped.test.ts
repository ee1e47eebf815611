import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { createPolicy } from '../../src/policies/index.ts';
import { eventually } from '../support/eventually.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

it('a policy that is garbage-collected without `dispose` frees its name', async () => {
  const use = async () => {
    const policy = createPolicy('dropped-name', 'database');
    await policy.execute(() => 'used');
    expect(() => createPolicy('droppedName')).toThrow('Expected `name` to differ');
  };
  await use();
  const second = await eventually('the name is free', () => {
    collectGarbage();
    try {
      return createPolicy('droppedName');
    } catch {
      return undefined;
    }
  });
  expect(second.name).toBe('droppedName');
  second.dispose();
});
