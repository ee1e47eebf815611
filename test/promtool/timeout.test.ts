import { play } from './scenario.ts';
import { tables } from './scenarios/timeout.ts';

play(tables);
