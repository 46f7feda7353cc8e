import { expectTypeOf, test } from 'vitest';
import { action, deviceCommand, noop, parallel, sequential } from '../../src/index.ts';
import type { Engine, Job, TaskHandle } from '../../src/index.ts';

test('a job gives what its steps give, in their order', () => {
  const job = sequential([action(() => 1), noop(), parallel([action(async () => 'a')])]);
  expectTypeOf(job).toEqualTypeOf<Job<[number, null, [string]]>>();
  expectTypeOf(deviceCommand(['a'], 'Scan')).toEqualTypeOf<Job<unknown[]>>();
});

test('a job is a task with that output', () => {
  const run = (engine: Engine) => engine.runJob(sequential([action(() => true)]));
  expectTypeOf<ReturnType<typeof run>>().toEqualTypeOf<TaskHandle<[boolean]>>();
});
