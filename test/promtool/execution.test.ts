import { play } from './scenario.ts';
import { tables } from './scenarios/execution.ts';

play(tables);
