import { inlineRunner } from '../../src/runners/inline.ts';
import { describeRunner } from './contract.ts';

describeRunner('inlineRunner', inlineRunner);
