import { describe } from 'vitest';
import type { Runner } from '../../src/kernel/runner.ts';
import { describeConversation } from './describe-conversation.ts';
import { describePhases } from './describe-phases.ts';
import { describeReports } from './describe-reports.ts';

/** What every runner must do, wherever it runs the code. */
export function describeRunner(name: string, open: () => Runner): void {
  describe(`${name}, like every runner`, () => {
    describePhases(open);
    describeConversation(open);
    describeReports(open);
  });
}
