/**
 * The engine of the demo, in a process of its own, so that it can be killed: it measures the samples
 * one after the other, and says over the channel to its parent what happens. Started again on the
 * same store it goes on where it was.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  condition,
  createEngine,
  deviceCommand,
  parallel,
  sequential,
  simulatedDevice,
  sqliteStore,
  task,
} from 'runstate';
import type { Job, TaskEvent, TaskHandle } from 'runstate';
import type { DemoSettings, EngineNews, Order, Sample } from './demo-words.ts';

const settings = JSON.parse(process.argv[2] ?? '{}') as DemoSettings;
const { folder, addresses, samples } = settings;
const tell = (news: EngineNews): void => void process.send?.(news);

const door = simulatedDevice(addresses.door);
const doorClosed = condition(door.subscribe('position'), (position) => position === 'closed', {
  name: 'door closed',
  during: 'suspend',
});

const engine = createEngine({
  store: sqliteStore(join(folder, 'runs.db')),
  results: join(folder, 'results'),
  plugins: [fileURLToPath(new URL('../../dist/plugins', import.meta.url))],
  devices: { console: addresses.console, probe: addresses.probe, door },
  conditions: [doorClosed],
});

const measurement = ({ name, recording, kelvin, referencePpm }: Sample): Job => {
  const decay = join(folder, `${name}.jdf`);
  const reference = referencePpm === undefined ? {} : { referencePpm };
  return sequential(
    [
      parallel(
        [
          deviceCommand('probe', 'SetTemperature', JSON.stringify({ kelvin })),
          deviceCommand('console', 'LockAndShim'),
        ],
        { name: 'prepare' },
      ),
      deviceCommand(
        'console',
        'Acquire',
        JSON.stringify({ recording, scans: 128, deliver: decay }),
        {
          name: 'acquire',
          stop: 'StopAcquisition',
          suspend: { pause: 'Pause', resume: 'Resume' },
          requires: ['door closed'],
          timeoutMs: 60_000,
        },
      ),
      task('nmr.reduce', { file: decay, svg: join(folder, `${name}.svg`), ...reference }),
    ],
    { name },
  );
};

await engine.start();
tell({ type: 'started' });

const jobs = new Map<string, TaskHandle>();
const nameOf = async (taskId: number): Promise<string> => {
  const handle = await engine.tasks.get(taskId);
  return handle.name;
};
const onEvent = async (event: TaskEvent): Promise<void> => {
  if (event.taskId === null) return;
  if (event.type === 'status' || event.type === 'log' || event.type === 'progress') {
    tell({ type: 'event', task: await nameOf(event.taskId), event });
  }
};
engine.events$.subscribe((event) => void onEvent(event).catch(() => {}));

process.on('message', (order: Order) => {
  const handle = jobs.get(order.sample);
  const asked = { by: { who: 'operator', via: 'library' }, reason: order.reason };
  void handle?.cancel(asked).then((answer) => tell({ type: 'cancelled', answer }));
});

for (const sample of samples) {
  // The same key gives the same job, also in an engine that was started again.
  const handle = engine.runJob(measurement(sample), {
    name: sample.name,
    idempotencyKey: sample.name,
  });
  jobs.set(sample.name, handle);
  await handle.accepted;
  tell({ type: 'sample', name: sample.name, taskId: handle.id });
  const result = await handle.result();
  const output = result.taskStatus === 'completed' ? await handle.output() : null;
  const children = await handle.children();
  const reduction = children.find(({ plugin }) => plugin === 'nmr.reduce');
  const report = reduction === undefined ? null : (await reduction.result()).payload;
  tell({ type: 'ended', name: sample.name, result, output, report });
}
await engine.close();
await door.close();
process.disconnect();
