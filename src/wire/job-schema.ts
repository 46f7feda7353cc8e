import { z } from 'zod';
import { messageOf } from '../kernel/task-error.ts';
import type { JobDocument } from './job-document.ts';
import { readJob } from './read-job.ts';

/** A job's document; what is wrong with it is said with the step's path. */
export const jobDocument = z.unknown().transform((value, context): JobDocument => {
  try {
    return readJob(value, null).document;
  } catch (error) {
    context.addIssue({ code: 'custom', message: messageOf(error), input: value });
    return z.NEVER;
  }
});
