import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { crash, drain, linesOf } from '../support/crash-lane.ts';
import type { KillMoment } from '../support/crash-lane.ts';
import { randomOf } from '../support/random.ts';
import type { Random } from '../support/random.ts';

const lanes = [1, 2];
const killsOfLane = 50;
const longestRun = 70;
const longestMomentMs = 15;
const settled = new Set(['completed', 'failed', 'cancelled', 'timedOut']);

const isRepeated = <T>(items: readonly T[]): readonly T[] =>
  items.filter((item, index) => items.indexOf(item) !== index);

/** At any moment at all, also of a close. */
const byChance = (round: number, random: Random): KillMoment => ({
  round,
  lines: random.below(longestRun),
  thenMs: random.below(longestMomentMs),
  closeAfter: random.isLikely(0.2) ? random.below(longestRun / 2) : Number.POSITIVE_INFINITY,
  killer: null,
});

/** In the very call of a plugin: nothing that is yet to be committed is kept. */
const byTask = (round: number, random: Random): KillMoment => {
  const effect = random.pick(['idempotent', 'resumable', 'unsafe', 'unsafe']);
  const runner = random.pick(['inline', 'thread', 'process']);
  const moments = effect === 'resumable' ? ['setup', 'stepped'] : ['setup', 'process', 'done'];
  return {
    round,
    lines: Number.POSITIVE_INFINITY,
    thenMs: 0,
    closeAfter: Number.POSITIVE_INFINITY,
    killer: `${effect}.${runner}/${random.pick(moments)}`,
  };
};

describe('an engine that is killed again and again', () => {
  it.concurrent.for(lanes)(
    'loses nothing, repeats nothing that must not be, and leaves nothing running (lane %i)',
    { timeout: 900_000 },
    async (lane, { expect, onTestFinished }) => {
      const directory = await mkdtemp(join(tmpdir(), 'runstate-crash-'));
      onTestFinished(() => rm(directory, { recursive: true, force: true }));
      const random = randomOf(lane);
      for (let round = 1; round <= killsOfLane; round += 1) {
        const moment = random.isLikely(0.4) ? byTask(round, random) : byChance(round, random);
        const stderr = await crash(directory, moment);
        expect(stderr.split('\n').filter((line) => line.startsWith('error'))).toEqual([]);
      }
      const tasks = await drain(directory);
      const told = linesOf(directory, 'told.log');
      const effects = linesOf(directory, 'effects.log');
      const stateOf = new Map(tasks.map(({ name, state }) => [name, state]));

      const accepted = new Set(told.flatMap(([what, key]) => (what === 'accepted' ? key : [])));
      expect([...accepted].filter((key) => key === undefined || !stateOf.has(key))).toEqual([]);
      expect(accepted.size).toBeGreaterThan(killsOfLane * 3);

      const given = new Set(
        told.flatMap(([what, key, id]) => (what === 'given' ? `${id} ${key}` : [])),
      );
      expect(isRepeated([...given].map((pair) => pair.split(' ')[0]))).toEqual([]);
      expect(isRepeated(tasks.map(({ name }) => name))).toEqual([]);

      const unsafe = (what: string): readonly (string | undefined)[] =>
        effects.flatMap(([word, key]) =>
          word === what && key?.startsWith('unsafe') === true ? key : [],
        );
      expect(isRepeated(unsafe('setup'))).toEqual([]);
      expect(isRepeated(unsafe('effect'))).toEqual([]);

      const overlaps = effects.filter(
        ([what, , , , others]) => what === 'setup' && others !== undefined && others !== '',
      );
      expect(overlaps).toEqual([]);

      const stepped = new Set<string>();
      const repeatedSteps = effects.filter(([what, key, step]) => {
        if (what === 'stepped') stepped.add(`${key} ${step}`);
        return what === 'step' && stepped.has(`${key} ${step}`);
      });
      expect(repeatedSteps).toEqual([]);

      const ended = told.flatMap(([what, key, status]) =>
        what === 'ended' && key !== undefined ? [[key, status]] : [],
      );
      const statusOf = new Map(tasks.map(({ name, status }) => [name, status]));
      expect(ended.filter(([key, status]) => statusOf.get(key ?? '') !== status)).toEqual([]);

      const open = tasks.filter(({ state }) => !settled.has(state) && state !== 'awaitingOperator');
      expect(open).toEqual([]);
      const waiting = tasks.filter(({ state }) => state === 'awaitingOperator');
      expect(waiting.filter(({ name }) => !name.startsWith('unsafe'))).toEqual([]);
      expect(tasks.filter(({ state }) => state === 'failed' || state === 'timedOut')).toEqual([]);
    },
  );
});
