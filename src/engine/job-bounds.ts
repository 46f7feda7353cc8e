import { taskError } from '../kernel/task-error.ts';
import { stepInWords } from '../wire/job-plan.ts';
import { Countdown } from './countdown.ts';
import type { JobPort } from './job-port.ts';
import type { JobStep } from './job-step.ts';

/** Lets several steps take so long together, and then fails them; after a restart, what is left of it. */
export function boundStep(
  { clock, attempt }: JobPort,
  step: JobStep,
  timeoutMs: number,
  stop: () => void,
): void {
  const { path, document } = step.plan;
  const leftMs = Math.max(0, step.startedAt + timeoutMs - clock.now());
  step.timer = new Countdown(clock, leftMs, () => {
    const args = [stepInWords(path, document.name), timeoutMs];
    step.isExpired = true;
    step.failure ??= { path, error: taskError('STEP_TIMEOUT', args, 'process', attempt) };
    stop();
  });
}
