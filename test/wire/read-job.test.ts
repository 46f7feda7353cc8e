import { describe, expect, it } from 'vitest';
import { noop, sequential } from '../../src/index.ts';
import type { Job } from '../../src/index.ts';
import { planJob } from '../../src/wire/job-plan.ts';
import { readJob } from '../../src/wire/read-job.ts';

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map(depthOf))
    : 0;

describe('readJob', () => {
  it('gives a document that is the job itself, where that is not deep', () => {
    const { document } = readJob(sequential([noop({ name: 'a' })], { timeoutMs: 5 }), null);
    expect(document).toEqual({
      type: 'sequential',
      steps: [{ type: 'noop', name: 'a' }],
      timeoutMs: 5,
    });
  });

  it('keeps what is deeper than data may be in parts, and reads that as the same job', () => {
    let job: Job = noop({ name: 'the innermost' });
    for (let level = 0; level < 450; level += 1) job = sequential([job, noop()]);
    const { document } = readJob(job, null);
    expect(depthOf(document)).toBeLessThan(300);
    const plan = planJob(document);
    expect(plan).toHaveLength(901);
    expect(Math.max(...plan.map(({ depth }) => depth))).toBe(450);
    const again = readJob(JSON.parse(JSON.stringify(document)), null).document;
    expect(planJob(again).map(({ path }) => path)).toEqual(plan.map(({ path }) => path));
    expect(plan.find(({ depth }) => depth === 450)?.document).toEqual({
      type: 'noop',
      name: 'the innermost',
    });
  });

  it('refuses parts that hold each other', () => {
    const part = { type: 'sequential', steps: [{ type: 'part', part: 0 }] };
    expect(() => readJob({ ...part, parts: [part] }, null)).toThrow(
      expect.objectContaining({ code: 'JOB_INVALID' }),
    );
  });
});
