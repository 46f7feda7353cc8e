/**
 * The demo: an instrument measures three samples. Its devices run in a process of their own, the
 * engine in another one, which is killed in the middle of the first acquisition; the door is opened in
 * the second; an operator stops the third. Run it with `npm run demo`.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { simulatedDevice } from 'runstate';
import { startEngine, startInstrument } from './demo-processes.ts';
import { Story } from './demo-story.ts';
import type { DemoSettings, EngineNews, Sample } from './demo-words.ts';

const samples: readonly [Sample, Sample, Sample] = [
  { name: 'rutin-1h', recording: 'rutin-1h-dmso.jdf', kelvin: 298.15, referencePpm: 2.5 },
  { name: 'fluorine', recording: 'fluorine.jdf', kelvin: 303.15 },
  { name: 'rutin-13c', recording: 'rutin-13c-dmso.jdf', kelvin: 308.15, referencePpm: 39.52 },
];
const [killed, interrupted, stopped] = samples;

const folder = join(process.cwd(), 'demo');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);

const story = new Story();
const instrument = await startInstrument();
story.tell('the instrument', `console, probe and door run in process ${instrument.pid}`);
const { addresses } = instrument;
const spectrometer = simulatedDevice(addresses.console);
const door = simulatedDevice(addresses.door);
const settings: DemoSettings = { folder, addresses, samples };

const numberOf = async (attribute: string): Promise<number> =>
  Number((await spectrometer.read(attribute)).value);

let current = '';
const scansBefore: number[] = [];
const ends: Extract<EngineNews, { type: 'ended' }>[] = [];

/** What happens at which point of whose acquisition; each once. */
const moments = new Map<string, () => Promise<void>>([
  [
    `${killed.name} 40`,
    async () => {
      const pid = engine.child.pid;
      await engine.kill();
      story.tell('kill -9', `the engine, process ${pid}, is gone; the console goes on measuring`);
      engine = startEngine(settings, (news) => void hear(news));
      story.tell('the engine', `is started again, as process ${engine.child.pid}`);
    },
  ],
  [
    `${interrupted.name} 40`,
    async () => {
      story.tell('the door', 'somebody opens it');
      await door.command('Open');
    },
  ],
  [
    `${stopped.name} 40`,
    async () => {
      story.tell('the operator', 'stops the measurement: it is the wrong sample');
      engine.child.send({ sample: stopped.name, reason: 'it is the wrong sample' });
    },
  ],
]);

const at = async (percent: number): Promise<void> => {
  const reached = [...moments.keys()].find(
    (moment) => moment.startsWith(`${current} `) && percent >= Number(moment.split(' ')[1]),
  );
  const happen = reached === undefined ? undefined : moments.get(reached);
  if (reached === undefined || happen === undefined) return;
  moments.delete(reached);
  await happen();
};

async function hear(news: EngineNews): Promise<void> {
  switch (news.type) {
    case 'started':
      return;
    case 'sample':
      if (current === news.name) return story.tell(news.name, `job ${news.taskId} goes on`);
      current = news.name;
      story.sample(news);
      scansBefore.push(await numberOf('scans'));
      return;
    case 'event':
      story.event(news);
      if (news.task === 'acquire' && news.event.type === 'progress') await at(news.event.percent);
      if (
        news.task === 'acquire' &&
        news.event.type === 'status' &&
        news.event.state === 'suspended'
      ) {
        const before = await numberOf('scans');
        story.tell('the console', `stands still after ${before - (scansBefore.at(-1) ?? 0)} scans`);
        story.tell('the door', 'is closed again');
        await door.command('Close');
      }
      return;
    case 'cancelled':
      return story.cancelled(news.answer);
    case 'ended':
      ends.push(news);
      return story.ended(news, folder);
  }
}

let engine = startEngine(settings, (news) => void hear(news));
story.tell('the engine', `runs in process ${engine.child.pid}`);
const longestMs = 60_000;
const deadline = setTimeout(() => {
  story.say(`The demo has not ended within ${longestMs / 1000} s, and is given up.`);
  void Promise.all([engine.kill(), instrument.stop()]).then(() => process.exit(1));
}, longestMs);
// The one that is killed ends first; the last one ends by itself.
for (let watched = engine; ; watched = engine) {
  await watched.ended;
  if (watched.child.exitCode !== null) break;
}

const scans = [...scansBefore.slice(1), await numberOf('scans')].map(
  (until, index) => until - (scansBefore[index] ?? 0),
);
clearTimeout(deadline);
const acquisitions = await numberOf('acquisitions');
await Promise.all([spectrometer.close(), door.close()]);
await instrument.stop();
story.table(ends, scans);
story.say(
  `The console began ${acquisitions} acquisitions for 3 samples: nothing was measured twice.`,
);
story.say(`Everything is in ${relative(process.cwd(), folder)}.`);

const statuses = ends.map(({ result }) => result.taskStatus).join(' ');
const isAsTold =
  statuses === 'completed completed cancelled' &&
  acquisitions === 3 &&
  scans[0] === 128 &&
  scans[1] === 128 &&
  (scans[2] ?? 128) < 128;
if (!isAsTold) {
  story.say(`This is not what should have happened: ${statuses}, scans ${scans.join(', ')}.`);
  process.exitCode = 1;
}
