/**
 * `npm run bench`: ours beside its peers, the same no-op task, medians of interleaved rounds. Prints
 * tables, what was to be reached, and, last, everything as one line of JSON.
 */
import { existsSync } from 'node:fs';
import Table from 'cli-table3';
import { bytesKeptDurable, durableVariants, listTimes, recoveryTimes } from './durable.ts';
import { bytesInEngine, bytesInPool, bytesRetained, shortTaskBeside } from './live-tasks.ts';
import { costOfAccumulation, lrcTimes } from './lrc.ts';
import { interleaved } from './rounds.ts';
import { tangoRows, tangoTimes } from './tango.ts';
import { barePool, pQueue, rawActor, spawnChildSupervisor, wholePath } from './variants.ts';

const isQuick = process.argv.includes('--quick');
const rounds = isQuick ? 3 : 5;
const style = { head: [], border: [], compact: true };

const hasTango = existsSync('/usr/lib/tango/TangoTest');
const tango = hasTango ? await tangoTimes(isQuick ? 2_000 : 20_000) : null;
if (tango !== null) {
  const clients = new Table({ head: ['TANGO client', 'ours', 'PyTango', 'ratio'], style });
  clients.push(...tangoRows(tango).map((row) => [...row]));
  console.log(clients.toString());
}
// `npm run bench -- tango` measures no more than that.
if (process.argv.includes('tango')) process.exit(0);

const laps = [
  { alive: 64, count: 10_000, peers: [rawActor, spawnChildSupervisor, pQueue] },
  { alive: 1_000, count: 10_000, peers: [rawActor, spawnChildSupervisor, pQueue] },
  { alive: 10_000, count: 20_000, peers: [rawActor, pQueue] },
];

const times = new Map<string, ReadonlyMap<string, number>>();
for (const { alive, count, peers } of laps) {
  const variants = [wholePath, barePool, ...peers];
  times.set(String(alive), await interleaved(variants, { rounds, count, alive }));
}

const timeOf = (lap: string, name: string): number => times.get(lap)?.get(name) ?? Number.NaN;

const table = new Table({ head: ['alive at once', 'variant', 'µs a task', 'to bare pool'], style });
for (const [lap, medians] of times) {
  for (const [name, micros] of medians) {
    const ratio = micros / timeOf(lap, barePool.name);
    table.push([lap, name, micros.toFixed(1), ratio.toFixed(2)]);
  }
}
console.log(table.toString());

const beside = await shortTaskBeside(isQuick ? [1_000, 10_000] : [1_000, 10_000, 100_000]);
const short = new Table({ head: ['idle tasks', 'short task, µs', 'to the first'], style });
const first = [...beside.values()][0] ?? Number.NaN;
for (const [count, micros] of beside) {
  short.push([count, micros.toFixed(1), (micros / first).toFixed(2)]);
}
console.log(short.toString());

const kept = await interleaved(durableVariants, { rounds, count: 10_000, alive: 1_000 });
const keptTime = (name: string): number => kept.get(name) ?? Number.NaN;
const durable = new Table({ head: ['where it is kept', 'µs a task', 'tasks/s'], style });
for (const [name, micros] of kept) {
  durable.push([name, micros.toFixed(1), Math.round(1e6 / micros)]);
}
console.log(durable.toString());

const recovered = await recoveryTimes(isQuick ? 10_000 : 100_000);
const listed = await listTimes(isQuick ? 100_000 : 1_000_000);
const reads = new Table({ head: ['from the durable store', 'ms'], style });
for (const [name, ms] of Object.entries(recovered)) {
  reads.push([`recovery, all ${name}`, ms.toFixed(0)]);
}
reads.push(['the first page of 100, cold', listed.coldMs.toFixed(2)]);
for (const [name, ms] of Object.entries(listed.times)) {
  reads.push([`a page of 100, ${name}, the median of 100`, ms.toFixed(2)]);
}
console.log(reads.toString());

const lrc = [];
for (const live of isQuick ? [1, 1_000] : [1, 1_000, 100_000]) {
  lrc.push(await lrcTimes(live, isQuick ? 2_000 : 20_000));
}
const commands = new Table({
  head: ['live long-running commands', 'to subscriber, p50 µs', 'p99', 'to result, p50 µs', 'p99'],
  style,
});
for (const { live, toSubscriber, toResult } of lrc) {
  const cells = [toSubscriber.p50, toSubscriber.p99, toResult.p50, toResult.p99];
  commands.push([live, ...cells.map((cell) => cell.toFixed(1))]);
}
console.log(commands.toString());

const figures = {
  lrcSlowest: Math.max(
    ...lrc.flatMap(({ toSubscriber, toResult }) => [toSubscriber.p99, toResult.p99]),
  ),
  lrcAccumulation: costOfAccumulation(),
  durableIdempotent: keptTime('SQLite full, idempotent') / keptTime('memory, idempotent'),
  durableUnsafe: keptTime('SQLite full, unsafe') / keptTime('memory, unsafe'),
  slowestPage: Math.max(...Object.values(listed.times)),
  durableRetainedBytes: await bytesKeptDurable(),
  poolToSpawnChild: timeOf('1000', spawnChildSupervisor.name) / timeOf('1000', barePool.name),
  wholeToPool: Math.max(
    ...laps.map(
      ({ alive }) => timeOf(`${alive}`, wholePath.name) / timeOf(`${alive}`, barePool.name),
    ),
  ),
  shortTaskGrowth: ([...beside.values()].at(-1) ?? Number.NaN) / first,
  retainedBytes: await bytesRetained(isQuick ? 100_000 : 1_000_000),
  poolBytes: bytesInPool(20_000),
  engineBytes: await bytesInEngine(20_000),
  tangoTrip: tango === null ? Number.NaN : tango.ours.trip.p50 / tango.pytango.trip.p50,
};

const goals: readonly (readonly [string, number, boolean, string])[] = [
  [
    'spawnChild supervisor / bare pool, 1,000 alive',
    figures.poolToSpawnChild,
    figures.poolToSpawnChild >= 25,
    '≥ 25',
  ],
  [
    'whole path / bare pool, the worst of three',
    figures.wholeToPool,
    figures.wholeToPool <= 2.5,
    '≤ 2.5',
  ],
  [
    'short task, most idle / 1,000 idle',
    figures.shortTaskGrowth,
    figures.shortTaskGrowth <= 1.5,
    '≤ 1.5',
  ],
  [
    'durable / in memory, idempotent',
    figures.durableIdempotent,
    figures.durableIdempotent <= 2,
    '≤ 2',
  ],
  ['durable / in memory, unsafe', figures.durableUnsafe, figures.durableUnsafe <= 2.5, '≤ 2.5'],
  ['slowest page of a large store, ms', figures.slowestPage, figures.slowestPage <= 5, '≤ 5'],
  [
    'bytes kept for each finished durable task',
    figures.durableRetainedBytes,
    figures.durableRetainedBytes <= 64,
    '≤ 64',
  ],
  ['bytes kept for each finished task', figures.retainedBytes, figures.retainedBytes <= 8, '≤ 8'],
  ['bytes of a live task, bare pool', figures.poolBytes, figures.poolBytes <= 4_096, '≤ 4,096'],
  [
    'bytes of a live task, whole path',
    figures.engineBytes,
    figures.engineBytes <= 6_144,
    '≤ 6,144',
  ],
  [
    'event of a long-running command to subscriber and result, the worst p99, µs',
    figures.lrcSlowest,
    figures.lrcSlowest <= 100,
    '≤ 100',
  ],
  [
    'event with 30,000 behind it / with 100',
    figures.lrcAccumulation,
    figures.lrcAccumulation <= 1.5,
    '≤ 1.5',
  ],
  [
    'TANGO command round trip, p50, ours / PyTango',
    figures.tangoTrip,
    figures.tangoTrip <= 1,
    '≤ 1',
  ],
];
const reached = new Table({ head: ['goal', 'measured', 'to reach', 'reached'], style });
for (const [goal, measured, isReached, bound] of goals) {
  reached.push([goal, measured.toFixed(2), bound, isReached ? 'yes' : 'NO']);
}
console.log(reached.toString());
console.log(
  JSON.stringify({
    node: process.version,
    times: Object.fromEntries(
      [...times].map(([lap, lapTimes]) => [lap, Object.fromEntries(lapTimes)]),
    ),
    shortTask: Object.fromEntries(beside),
    durable: Object.fromEntries(kept),
    recovered,
    listed,
    lrc,
    figures,
  }),
);
