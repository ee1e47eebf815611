import { play } from './scenario.ts';
import { tables } from './scenarios/retry.ts';

play(tables);
