import { play } from './scenario.ts';
import { tables } from './scenarios/telemetry.ts';

play(tables);
