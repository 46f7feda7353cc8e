import { initialTransition, transition } from 'xstate';
import type { SnapshotFrom } from 'xstate';
import { describe, expect, it } from 'vitest';
import { longRunningCommandMachine } from '../../machines/long-running-command.machine.ts';
import type {
  LongRunningCommandEvent,
  LongRunningCommandInput,
  LrcStatusName,
} from '../../src/kernel/lrc-machine-types.ts';
import { leavesOf, nameOf, transitionsOf } from '../support/machine-walk.ts';

type Snapshot = SnapshotFrom<typeof longRunningCommandMachine>;
type Event = LongRunningCommandEvent;

const told = (status: LrcStatusName): Event => ({ type: 'status.told', status });

const eventsAt = (look: number): Event[] => [
  { type: 'command.start' },
  { type: 'command.attach', isIdKnown: true },
  { type: 'command.attach', isIdKnown: false },
  { type: 'command.abort', abortAll: false },
  { type: 'command.abort', abortAll: true },
  { type: 'command.detach' },
  { type: 'command.lost' },
  { type: 'events.ready' },
  { type: 'events.refused' },
  { type: 'intent.stored' },
  { type: 'intent.failed' },
  { type: 'reply.accepted' },
  { type: 'reply.completed' },
  { type: 'reply.refused' },
  { type: 'reply.failed' },
  { type: 'reply.lost' },
  { type: 'candidates.found' },
  ...(
    ['STAGING', 'QUEUED', 'IN_PROGRESS', 'ABORTED', 'COMPLETED', 'REJECTED', 'FAILED'] as const
  ).map(told),
  { type: 'result.told' },
  { type: 'device.unreachable' },
  { type: 'device.reachable' },
  { type: 'device.closed' },
  { type: 'pause.taken' },
  { type: 'resume.taken' },
  { type: 'deadline.passed' },
  { type: 'grace.passed' },
  { type: 'look.done', look },
  { type: 'others.absent' },
  { type: 'others.present' },
  { type: 'stop.taken' },
  { type: 'stop.failed' },
];

const inputs: readonly LongRunningCommandInput[] = [
  { canStop: false, stopsAll: false },
  { canStop: true, stopsAll: false },
  { canStop: true, stopsAll: true },
];

const after = (input: LongRunningCommandInput, ...events: readonly Event[]): Snapshot =>
  events.reduce<Snapshot>(
    (snapshot, event) => transition(longRunningCommandMachine, snapshot, event)[0],
    initialTransition(longRunningCommandMachine, input)[0],
  );

const effectsOf = (snapshot: Snapshot, event: Event): string[] =>
  transition(longRunningCommandMachine, snapshot, event)[1].map(({ type }) => type);

const [plain, stoppable, stopsAll] = inputs as [
  LongRunningCommandInput,
  LongRunningCommandInput,
  LongRunningCommandInput,
];
const untilSent: readonly Event[] = [
  { type: 'command.start' },
  { type: 'events.ready' },
  { type: 'intent.stored' },
];
const untilRunning: readonly Event[] = [
  ...untilSent,
  { type: 'reply.accepted' },
  told('IN_PROGRESS'),
];
const abort: Event = { type: 'command.abort', abortAll: false };

interface Step {
  readonly from: string;
  readonly to: string;
  readonly effects: readonly string[];
}

/** Everything that the machine can come to: each state with each memory, and each event there. */
interface Space {
  readonly states: ReadonlySet<string>;
  readonly transitions: ReadonlySet<string>;
  readonly steps: readonly Step[];
}

function explore(input: LongRunningCommandInput): Space {
  const [first] = initialTransition(longRunningCommandMachine, input);
  // How often the device was looked at makes no state another one.
  const keyOf = ({ value, context }: Snapshot): string =>
    JSON.stringify([value, { ...context, looks: 0 }]);
  const found = new Map([[keyOf(first), first]]);
  const states = new Set<string>();
  const transitions = new Set<string>();
  const steps: Step[] = [];
  for (const snapshot of found.values()) {
    states.add(JSON.stringify(snapshot.value));
    if (snapshot.status !== 'active') continue;
    for (const event of eventsAt(snapshot.context.looks)) {
      for (const taken of longRunningCommandMachine.getTransitionData(snapshot, event)) {
        transitions.add(nameOf(taken));
      }
      const [next, actions] = transition(longRunningCommandMachine, snapshot, event);
      const key = keyOf(next);
      if (!found.has(key)) found.set(key, next);
      const effects = actions.map(({ type }) => type);
      steps.push({ from: keyOf(snapshot), to: key, effects });
    }
  }
  return { states, transitions, steps };
}

const valueIn = (key: string): string => JSON.stringify((JSON.parse(key) as [unknown])[0]);

describe('longRunningCommandMachine', () => {
  const spaces = inputs.map(explore);
  const steps = spaces.flatMap((space) => space.steps);

  it('reaches every state that it rests in', () => {
    const leaves = leavesOf(longRunningCommandMachine);
    const resting = leaves.filter((id) => !/\.(?:choosing|surrendering|judging)$/.test(id));
    const states = new Set(spaces.flatMap((space) => [...space.states]));
    expect(states.size).toBe(resting.length);
  });

  it('takes every transition', () => {
    const taken = new Set(spaces.flatMap((space) => [...space.transitions]));
    const missing = [...transitionsOf(longRunningCommandMachine)].filter(
      (each) => !taken.has(each),
    );
    // Those out of states that it does not rest in are seen by where they lead.
    const out = /\.(?:choosing|surrendering|judging): /;
    expect(missing.filter((each) => !out.test(each))).toEqual([]);
  });

  it('can end from everywhere, and settles once as it ends', () => {
    const isFinal = (key: string): boolean =>
      /^"(?:completed|failed|aborted|rejected|timedOut|lost|left|unknown)"$/.test(valueIn(key));
    const settling = steps.filter(({ effects }) => effects.includes('settle'));
    expect(settling.every(({ to }) => isFinal(to))).toBe(true);
    expect(settling.length).toBe(steps.filter(({ to }) => isFinal(to)).length);
    const ending = new Set(steps.map(({ to }) => to).filter(isFinal));
    for (let before = 0; before < ending.size;) {
      before = ending.size;
      for (const { from, to } of steps) if (ending.has(to)) ending.add(from);
    }
    expect(steps.filter(({ from }) => !ending.has(from))).toEqual([]);
  });

  it('sends the command once in every life, whatever comes', () => {
    const sending = steps.filter(({ effects }) => effects.includes('invoke'));
    expect(new Set(sending.map(({ from }) => valueIn(from)))).toEqual(new Set(['"intending"']));
    const sent = new Set(sending.map(({ to }) => to));
    for (let before = 0; before < sent.size;) {
      before = sent.size;
      for (const { from, to } of steps) if (sent.has(from)) sent.add(to);
    }
    expect(sending.filter(({ from }) => sent.has(from))).toEqual([]);
  });

  it('sends no stop unless one was declared', () => {
    const stops = (at: number): number =>
      spaces[at]?.steps.filter(({ effects }) => effects.includes('sendStop')).length ?? 0;
    expect(stops(0)).toBe(0);
    expect(stops(1)).toBeGreaterThan(0);
  });

  it('sends nothing before the device is listened to and the intent is stored', () => {
    const started = after(plain, { type: 'command.start' });
    expect(effectsOf(after(plain), { type: 'command.start' })).toEqual(['subscribe']);
    expect(effectsOf(started, { type: 'events.ready' })).toEqual(['storeIntent']);
    const intending = after(plain, { type: 'command.start' }, { type: 'events.ready' });
    expect(effectsOf(intending, { type: 'intent.stored' })).toEqual(['invoke']);
  });

  it('drops the answer of an earlier look', () => {
    const looking = after(plain, ...untilRunning, { type: 'deadline.passed' });
    expect(looking.value).toBe('looking');
    const next = transition(longRunningCommandMachine, looking, { type: 'look.done', look: 0 })[0];
    expect(next.value).toBe('looking');
  });

  it('keeps the wish to stop until the id is known', () => {
    const wished = after(stoppable, ...untilSent, abort);
    expect(wished.value).toBe('invoking');
    const accepted = transition(longRunningCommandMachine, wished, { type: 'reply.accepted' })[0];
    expect(accepted.value).toEqual({ stopping: 'sending' });
  });

  it('looks for others first when its stop would end them', () => {
    expect(after(stopsAll, ...untilRunning, abort).value).toEqual({ stopping: 'checking' });
    const asked = after(stopsAll, ...untilRunning, { type: 'command.abort', abortAll: true });
    expect(asked.value).toEqual({ stopping: 'sending' });
  });

  it.each([
    ['status first', [told('COMPLETED'), { type: 'result.told' }]],
    ['result first', [{ type: 'result.told' }, told('COMPLETED')]],
  ] as const)('ends when status and result have come, %s', (_, events) => {
    expect(after(plain, ...untilRunning, events[0]).status).toBe('active');
    expect(after(plain, ...untilRunning, ...events)).toMatchObject({
      value: 'completed',
      status: 'done',
    });
  });

  it('takes the later of two ends while the result is waited for', () => {
    const ended = after(plain, ...untilRunning, told('ABORTED'), told('COMPLETED'), {
      type: 'result.told',
    });
    expect(ended.value).toBe('completed');
  });

  it('is not ended by a lost connection, and goes on where it was', () => {
    const lost = after(plain, ...untilRunning, { type: 'device.unreachable' });
    expect(lost.value).toBe('unreachable');
    const back = transition(longRunningCommandMachine, lost, { type: 'device.reachable' })[0];
    expect(back.value).toEqual({ following: 'running' });
  });
});
