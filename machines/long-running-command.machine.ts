import { assign, setup } from 'xstate';
import type {
  LongRunningCommandContext,
  LongRunningCommandEvent,
  LongRunningCommandInput,
  LrcEndState,
} from '../src/kernel/lrc-machine-types.ts';

/**
 * One long-running command on a device: it is listened for, sent at most once, and followed by the
 * events of its id until the device tells its end, or until it is left.
 *
 * A hot machine: it invokes nothing and sets no timer. Its effects are the named actions without a
 * body here; they answer with events.
 */
export const longRunningCommandMachine = setup({
  types: {
    context: {} as LongRunningCommandContext,
    events: {} as LongRunningCommandEvent,
    input: {} as LongRunningCommandInput,
  },
  actions: {
    subscribe: () => {},
    storeIntent: () => {},
    invoke: () => {},
    seekCandidates: () => {},
    follow: () => {},
    look: () => {},
    seekOthers: () => {},
    sendStop: () => {},
    awaitStop: () => {},
    awaitResult: () => {},
    dropGrace: () => {},
    holdDeadline: () => {},
    goOnWithDeadline: () => {},
    settle: (_, _params: { readonly as: LrcEndState }) => {},
    countLook: assign({ looks: ({ context }) => context.looks + 1 }),
    rememberStatus: assign({
      status: ({ context, event }) =>
        event.type === 'status.told' ? event.status : context.status,
    }),
    rememberResult: assign({ hasResult: true }),
    endWait: assign({ isWaitOver: true }),
    wishAbort: assign({
      wish: 'abort',
      stopsAll: ({ context, event }) =>
        event.type === 'command.abort' && event.abortAll ? false : context.stopsAll,
    }),
    wishTimeout: assign({ wish: 'timeout' }),
    wishDetach: assign({ wish: 'detach' }),
    notePause: assign({ isPaused: true }),
    noteResume: assign({ isPaused: false }),
  },
  guards: {
    isIdKnown: ({ event }) => event.type === 'command.attach' && event.isIdKnown,
    isEnd: ({ event }) =>
      event.type === 'status.told' &&
      ['ABORTED', 'COMPLETED', 'REJECTED', 'FAILED'].includes(event.status),
    isInProgress: ({ event }) => event.type === 'status.told' && event.status === 'IN_PROGRESS',
    isQueued: ({ event }) => event.type === 'status.told' && event.status === 'QUEUED',
    isStaged: ({ event }) => event.type === 'status.told' && event.status === 'STAGING',
    wasPaused: ({ context }) => context.isPaused,
    wasInProgress: ({ context }) => context.status === 'IN_PROGRESS',
    wasQueued: ({ context }) => context.status === 'QUEUED',
    isAbortWished: ({ context }) => context.wish === 'abort',
    isTimeoutWished: ({ context }) => context.wish === 'timeout',
    isDetachWished: ({ context }) => context.wish === 'detach',
    cannotBeStopped: ({ context }) => !context.canStop,
    wouldStopAll: ({ context }) => context.stopsAll,
    isPresentLook: ({ context, event }) =>
      event.type === 'look.done' && event.look === context.looks,
    isPresentLookAtTimeout: ({ context, event }) =>
      event.type === 'look.done' && event.look === context.looks && context.wish === 'timeout',
    isStoppedByTimeout: ({ context }) =>
      (context.hasResult || context.isWaitOver) &&
      context.status === 'ABORTED' &&
      context.wish === 'timeout',
    isAborted: ({ context }) =>
      (context.hasResult || context.isWaitOver) && context.status === 'ABORTED',
    isCompleted: ({ context }) =>
      (context.hasResult || context.isWaitOver) && context.status === 'COMPLETED',
    isRejected: ({ context }) =>
      (context.hasResult || context.isWaitOver) && context.status === 'REJECTED',
    isFailed: ({ context }) =>
      (context.hasResult || context.isWaitOver) && context.status === 'FAILED',
  },
}).createMachine({
  id: 'longRunningCommand',
  context: ({ input }) => ({
    ...input,
    status: null,
    hasResult: false,
    isWaitOver: false,
    isPaused: false,
    wish: null,
    looks: 0,
  }),
  initial: 'idle',
  states: {
    idle: {
      description: 'Given, and not begun.',
      on: {
        'command.start': { target: 'subscribing' },
        'command.attach': [
          { guard: { type: 'isIdKnown' }, target: 'following', actions: [{ type: 'follow' }] },
          { target: 'doubting' },
        ],
        'command.abort': { target: 'aborted', actions: [{ type: 'wishAbort' }] },
      },
    },
    subscribing: {
      description: 'The device is asked for the events of its commands; nothing has been sent.',
      tags: ['active'],
      entry: [{ type: 'subscribe' }],
      on: {
        'events.ready': { target: 'intending' },
        'events.refused': { target: 'failed' },
        'command.abort': { target: 'aborted', actions: [{ type: 'wishAbort' }] },
        'command.detach': { target: 'aborted', actions: [{ type: 'wishDetach' }] },
        'deadline.passed': { target: 'timedOut' },
      },
    },
    intending: {
      description: 'That the command will be sent is being stored; nothing has been sent.',
      tags: ['active'],
      entry: [{ type: 'storeIntent' }],
      on: {
        'intent.stored': { target: 'invoking' },
        'intent.failed': { target: 'failed' },
        'command.abort': { target: 'aborted', actions: [{ type: 'wishAbort' }] },
        'command.detach': { target: 'aborted', actions: [{ type: 'wishDetach' }] },
        'deadline.passed': { target: 'timedOut' },
      },
    },
    invoking: {
      description:
        'The command has been sent, once, and the device has not answered; a stop waits for its id.',
      tags: ['active'],
      entry: [{ type: 'invoke' }],
      on: {
        'reply.accepted': [
          { guard: { type: 'isDetachWished' }, target: 'left' },
          { guard: { type: 'isAbortWished' }, target: 'stopping' },
          { guard: { type: 'isTimeoutWished' }, target: 'looking' },
          { target: 'following' },
        ],
        'reply.completed': { target: 'completed' },
        'reply.refused': { target: 'rejected' },
        'reply.failed': { target: 'failed' },
        'reply.lost': { target: 'doubting' },
        'command.abort': { actions: [{ type: 'wishAbort' }] },
        'command.detach': { actions: [{ type: 'wishDetach' }] },
        'deadline.passed': { actions: [{ type: 'wishTimeout' }] },
      },
    },
    doubting: {
      description:
        'Whether the command arrived is not known; the device is asked what it may have become.',
      tags: ['active'],
      entry: [{ type: 'seekCandidates' }],
      on: {
        'candidates.found': { target: 'unknown' },
        'command.abort': { target: 'unknown' },
        'command.detach': { target: 'unknown' },
      },
    },
    following: {
      description: 'The device has taken the command and can be reached; its events tell the rest.',
      tags: ['active'],
      initial: 'accepted',
      states: {
        accepted: {
          description: 'The device has taken the command and has not told that it waits or runs.',
        },
        queued: {
          description: 'The command waits in the queue of the device.',
        },
        running: {
          description: 'The device carries the command out.',
        },
        paused: {
          description: 'The device was told to pause and has taken it; the deadline stands still.',
          entry: [{ type: 'holdDeadline' }],
          exit: [{ type: 'goOnWithDeadline' }],
          on: {
            'resume.taken': { target: 'running', actions: [{ type: 'noteResume' }] },
            'status.told': [
              {
                guard: { type: 'isEnd' },
                target: '#longRunningCommand.gathering',
                actions: [{ type: 'rememberStatus' }],
              },
              { actions: [{ type: 'rememberStatus' }] },
            ],
          },
        },
      },
      on: {
        'status.told': [
          {
            guard: { type: 'isEnd' },
            target: 'gathering',
            actions: [{ type: 'rememberStatus' }],
          },
          {
            guard: { type: 'isInProgress' },
            target: '.running',
            actions: [{ type: 'rememberStatus' }],
          },
          {
            guard: { type: 'isQueued' },
            target: '.queued',
            actions: [{ type: 'rememberStatus' }],
          },
          {
            guard: { type: 'isStaged' },
            target: '.accepted',
            actions: [{ type: 'rememberStatus' }],
          },
        ],
        'result.told': { actions: [{ type: 'rememberResult' }] },
        'pause.taken': { target: '.paused', actions: [{ type: 'notePause' }] },
        'events.refused': { target: 'left' },
        'device.unreachable': { target: 'unreachable' },
        'device.closed': { target: 'left' },
        'command.lost': { target: 'lost' },
        'command.abort': { target: 'stopping', actions: [{ type: 'wishAbort' }] },
        'command.detach': { target: 'left', actions: [{ type: 'wishDetach' }] },
        'deadline.passed': { target: 'looking', actions: [{ type: 'wishTimeout' }] },
      },
    },
    unreachable: {
      description:
        'The device cannot be reached; the command may run on, and is not ended by that.',
      tags: ['active'],
      on: {
        'device.reachable': [
          { guard: { type: 'wasPaused' }, target: 'following.paused' },
          { guard: { type: 'wasInProgress' }, target: 'following.running' },
          { guard: { type: 'wasQueued' }, target: 'following.queued' },
          { target: 'following' },
        ],
        'status.told': [
          {
            guard: { type: 'isEnd' },
            target: 'gathering',
            actions: [{ type: 'rememberStatus' }],
          },
          { actions: [{ type: 'rememberStatus' }] },
        ],
        'result.told': { actions: [{ type: 'rememberResult' }] },
        'pause.taken': { actions: [{ type: 'notePause' }] },
        'resume.taken': { actions: [{ type: 'noteResume' }] },
        'device.closed': { target: 'left' },
        'command.lost': { target: 'lost' },
        'command.abort': { target: 'stopping', actions: [{ type: 'wishAbort' }] },
        'command.detach': { target: 'left', actions: [{ type: 'wishDetach' }] },
        'deadline.passed': { target: 'looking', actions: [{ type: 'wishTimeout' }] },
      },
    },
    looking: {
      description: 'The deadline has passed; the device is looked at once more before that counts.',
      tags: ['active'],
      entry: [{ type: 'countLook' }, { type: 'look' }],
      on: {
        'look.done': { guard: { type: 'isPresentLook' }, target: 'stopping' },
        'status.told': [
          {
            guard: { type: 'isEnd' },
            target: 'gathering',
            actions: [{ type: 'rememberStatus' }],
          },
          { actions: [{ type: 'rememberStatus' }] },
        ],
        'result.told': { actions: [{ type: 'rememberResult' }] },
        'command.lost': { target: 'lost' },
        'command.detach': { target: 'left', actions: [{ type: 'wishDetach' }] },
      },
    },
    stopping: {
      description:
        'Told to end, by its deadline or by a person; what was declared for that is sent.',
      tags: ['active'],
      initial: 'choosing',
      states: {
        choosing: {
          description: 'What may be sent to stop the command is chosen.',
          always: [
            {
              guard: { type: 'cannotBeStopped' },
              target: 'surrendering',
            },
            { guard: { type: 'wouldStopAll' }, target: 'checking' },
            { target: 'sending' },
          ],
        },
        checking: {
          description:
            'The stop would end every command of the device, so others are looked for first.',
          entry: [{ type: 'seekOthers' }],
          on: {
            'others.absent': { target: 'sending' },
            'others.present': { target: 'surrendering' },
          },
        },
        sending: {
          description: 'The declared stop has been sent, and the device has not answered.',
          entry: [{ type: 'sendStop' }],
          on: {
            'stop.taken': { target: 'awaiting' },
            'stop.failed': { target: 'looking' },
          },
        },
        awaiting: {
          description: 'The device has taken the stop and has not told the end of the command.',
          entry: [{ type: 'awaitStop' }],
          exit: [{ type: 'dropGrace' }],
          on: { 'grace.passed': { target: 'looking' } },
        },
        looking: {
          description: 'The stop has not led to an end; the device is looked at once more.',
          entry: [{ type: 'countLook' }, { type: 'look' }],
          on: {
            'look.done': [
              {
                guard: { type: 'isPresentLookAtTimeout' },
                target: '#longRunningCommand.timedOut',
              },
              { guard: { type: 'isPresentLook' }, target: '#longRunningCommand.left' },
            ],
          },
        },
        surrendering: {
          description: 'Nothing stops the command; it runs on.',
          always: [
            { guard: { type: 'isTimeoutWished' }, target: '#longRunningCommand.timedOut' },
            { target: '#longRunningCommand.left' },
          ],
        },
      },
      on: {
        'status.told': [
          {
            guard: { type: 'isEnd' },
            target: 'gathering',
            actions: [{ type: 'rememberStatus' }],
          },
          { actions: [{ type: 'rememberStatus' }] },
        ],
        'result.told': { actions: [{ type: 'rememberResult' }] },
        'device.closed': { target: 'left' },
        'command.lost': { target: 'lost' },
        'command.detach': { target: 'left', actions: [{ type: 'wishDetach' }] },
      },
    },
    gathering: {
      description: 'The device has told the end; its result may come a moment later.',
      tags: ['active'],
      initial: 'judging',
      states: {
        judging: {
          description: 'What the device told is weighed.',
          always: [
            { guard: { type: 'isStoppedByTimeout' }, target: '#longRunningCommand.timedOut' },
            { guard: { type: 'isAborted' }, target: '#longRunningCommand.aborted' },
            { guard: { type: 'isCompleted' }, target: '#longRunningCommand.completed' },
            { guard: { type: 'isRejected' }, target: '#longRunningCommand.rejected' },
            { guard: { type: 'isFailed' }, target: '#longRunningCommand.failed' },
            { target: 'waiting' },
          ],
        },
        waiting: {
          description: 'The result has not come with the status, and is waited for.',
          entry: [{ type: 'awaitResult' }],
          exit: [{ type: 'dropGrace' }],
          on: { 'grace.passed': { target: 'looking' } },
        },
        looking: {
          description: 'No result came; the device is looked at once more.',
          entry: [{ type: 'countLook' }, { type: 'look' }],
          on: {
            'look.done': {
              guard: { type: 'isPresentLook' },
              target: 'judging',
              actions: [{ type: 'endWait' }],
            },
          },
        },
      },
      on: {
        'status.told': {
          guard: { type: 'isEnd' },
          target: '.judging',
          actions: [{ type: 'rememberStatus' }],
        },
        'result.told': { target: '.judging', actions: [{ type: 'rememberResult' }] },
        'device.closed': { target: '.judging', actions: [{ type: 'endWait' }] },
        'command.lost': { target: '.judging', actions: [{ type: 'endWait' }] },
        'command.detach': { target: '.judging', actions: [{ type: 'endWait' }] },
      },
    },
    completed: {
      description: 'The command ran to its own end, to a good or a bad one.',
      type: 'final',
      entry: [{ type: 'settle', params: { as: 'completed' } }],
    },
    failed: {
      description:
        'The command could not be sent, was refused with an error, or broke on the device.',
      type: 'final',
      entry: [{ type: 'settle', params: { as: 'failed' } }],
    },
    aborted: {
      description: 'The command was aborted, on the device or before it was sent.',
      type: 'final',
      entry: [{ type: 'settle', params: { as: 'aborted' } }],
    },
    rejected: {
      description: 'The device rejected the command, at once or from its queue.',
      type: 'final',
      entry: [{ type: 'settle', params: { as: 'rejected' } }],
    },
    timedOut: {
      description: 'The deadline passed; whether the command still runs is told with it.',
      type: 'final',
      entry: [{ type: 'settle', params: { as: 'timedOut' } }],
    },
    lost: {
      description: 'The device does not know the command any more, and how it ended is not known.',
      type: 'final',
      entry: [{ type: 'settle', params: { as: 'lost' } }],
    },
    left: {
      description: 'The command is not followed any more and may still run.',
      type: 'final',
      entry: [{ type: 'settle', params: { as: 'left' } }],
    },
    unknown: {
      description: 'Whether the command arrived is not known; a person must look at the device.',
      type: 'final',
      entry: [{ type: 'settle', params: { as: 'unknown' } }],
    },
  },
});
