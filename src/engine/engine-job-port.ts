import { messageOf } from '../kernel/task-error.ts';
import type { TaskEvent } from '../kernel/task-event.ts';
import type { BuiltInContext } from '../wire/built-in.ts';
import type { JobDocument } from '../wire/job-document.ts';
import { findRecord } from './find-record.ts';
import type { JobPort } from './job-port.ts';
import { suspendReason } from './job-tasks.ts';
import type { Jobs, JobsHost } from './jobs.ts';
import { shutdown } from './stop-ladder.ts';
import { handleOf } from './task-handle.ts';
import type { TaskRecord } from './task-record.ts';

/** The engine, as one attempt of a job sees it. */
export function engineJobPort(
  jobs: Jobs,
  host: JobsHost,
  context: BuiltInContext<JobDocument>,
): JobPort {
  const { id, attempt } = context;
  const { core, cancellations, waits } = host.room;
  const recordOfJob = (): TaskRecord | undefined => core.live.get(id);
  return {
    clock: core.clock,
    jobId: id,
    attempt,
    get isClosing() {
      return core.isClosing;
    },
    action: (name) => jobs.actions.find(name),
    reference: (path) => jobs.reference(id, path),
    submit: (plugin, input, options, step) => {
      const { by, priority } = recordOfJob()?.options ?? {};
      const given = {
        ...(by === undefined ? {} : { by }),
        ...(priority === undefined ? {} : { priority }),
        ...options,
      };
      return host.submit(plugin, input, given, { id, step });
    },
    find: async (taskId) => {
      const record = await findRecord(host.room, taskId);
      const effect = record.brief?.task.effect ?? record.effect;
      return { handle: handleOf(host.room, record), effect };
    },
    release: (handle) => {
      const waiting = handle.waitingFor;
      const isOurs = waiting?.reason === 'hold' && waiting.note === suspendReason(id);
      if (isOurs) void handle.resume({ reason: `job ${id} goes on` });
    },
    waitFor: async (taskId) => {
      const record = recordOfJob();
      if (record === undefined) throw context.signal.reason;
      return waits.waitFor(record, taskId);
    },
    watch: (requires, changed) => core.requirements.watchAgain(requires, changed),
    keep: (step) =>
      new Promise((resolve, reject) => {
        core.writer.insist([{ kind: 'step', taskId: id, step }], (error) => {
          if (error === null) resolve();
          else reject(error instanceof Error ? error : new Error(messageOf(error)));
        });
      }),
    cancel: async (handle, reason) => {
      const { cancellation } = recordOfJob() ?? {};
      const answer = await handle.cancel({
        by: cancellation?.by,
        reason,
        graceMs: jobs.graceOf(id),
      });
      const isLeft = answer.acknowledgedBy === 'nobody' && answer.status === 'cancelled';
      return isLeft ? { stillRunning: [`task ${handle.id}`], ...answer } : answer;
    },
    onProgress: (handle, told) => {
      const tell = (event: TaskEvent): void => {
        if (event.type === 'progress') told(event.percent);
      };
      const subscription = handle.events$.subscribe(tell);
      return () => subscription.unsubscribe();
    },
    progress: (percent) => context.progress(percent),
    log: (level, message) => {
      const record = recordOfJob();
      if (record !== undefined) core.log.publish(record, { type: 'log', level, message });
    },
    leave: (stillRunning) => context.leave({ stillRunning, error: null }),
    giveWay: () => {
      const record = recordOfJob();
      if (record === undefined || record.cancellation !== null) return;
      if (core.store.isDurable) cancellations.interrupt(record, 0);
      else void cancellations.cancel(record, shutdown);
    },
  };
}
