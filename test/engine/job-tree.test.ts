import { afterEach, describe, expect, it } from 'vitest';
import {
  action,
  drawJob,
  jobLines,
  jobMermaid,
  noop,
  parallel,
  sequential,
} from '../../src/index.ts';
import type { Job } from '../../src/index.ts';
import { closeEngines, startEngine } from '../support/engine-under-test.ts';
import { gatedWork } from '../support/gated-steps.ts';

afterEach(closeEngines);

describe('drawJob', () => {
  it('gives the tree of a job that runs, with states, progress and tasks', async () => {
    const { engine, rest } = await startEngine();
    const work = gatedWork();
    const handle = engine.runJob(
      sequential(
        [noop(), parallel([work.task('probe'), work.action('door')]), work.task('later')],
        { name: 'sample 2' },
      ),
    );
    await rest();
    work.progress('probe', 40);
    const tree = await drawJob(handle);
    const [child] = await handle.children();
    expect(jobLines(tree)).toEqual([
      '▶ sample 2 (sequential)  running',
      '├─ ✔ noop',
      '├─ ▶ parallel  running',
      `│  ├─ ▶ probe  running  40 %  task ${child?.id}`,
      '│  └─ ▶ door  running',
      '└─ · later  pending',
    ]);
    expect(tree.steps[1]?.steps[0]).toMatchObject({
      path: 'steps[1].steps[0]',
      type: 'task',
      state: 'running',
      progress: 40,
    });
    void handle.cancel();
  });

  it('says of a job that has failed why, and what was never started', async () => {
    const { engine } = await startEngine();
    const fails = action(
      () => {
        throw new Error('no\nbeam');
      },
      { name: 'beam' },
    );
    const handle = engine.runJob(sequential([fails, noop()]));
    await handle.result();
    expect(jobLines(await drawJob(handle))).toEqual([
      '✘ sequential  failed',
      '├─ ✘ beam  failed  no beam',
      '└─ – noop  skipped',
    ]);
  });

  it('draws no more lines than asked for, however deep the job is', async () => {
    const { engine } = await startEngine();
    let deep: Job = noop();
    for (let level = 0; level < 1_000; level += 1) deep = sequential([deep]);
    const handle = engine.runJob(deep);
    await handle.result();
    const lines = jobLines(await drawJob(handle), { mostSteps: 3 });
    expect(lines).toEqual([
      '✔ sequential',
      '└─ ✔ sequential',
      '   └─ ✔ sequential',
      'and 998 more',
    ]);
  });

  it('is a flowchart, too', async () => {
    const { engine } = await startEngine();
    const handle = engine.runJob(
      sequential([noop({ name: 'the "first"' }), parallel([noop(), noop()])]),
    );
    await handle.result();
    expect(jobMermaid(await drawJob(handle))).toBe(
      [
        'flowchart TD',
        '  s1["sequential"]',
        '  s1 -- 1 --> s2["the &quot;first&quot;"]',
        '  s1 -- 2 --> s3["parallel"]',
        '  s3 --> s4["noop"]',
        '  s3 --> s5["noop"]',
        '  classDef completed fill:#d6f5d6,stroke:#2b7a2b',
        '  class s1,s2,s3,s4,s5 completed',
      ].join('\n'),
    );
  });
});
