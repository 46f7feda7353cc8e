import { assign, setup } from 'xstate';
import type {
  ConnectionMachineContext,
  ConnectionMachineEvent,
} from '../src/kernel/connection-machine-types.ts';

/**
 * The connection to one device: made when it is first wanted, and made again whenever it is lost.
 *
 * A hot machine: it invokes nothing and sets no timer. Its effects are the named actions without a
 * body here; they answer with events that carry the attempt's number.
 */
export const deviceConnectionMachine = setup({
  types: {
    context: {} as ConnectionMachineContext,
    events: {} as ConnectionMachineEvent,
  },
  actions: {
    connect: () => {},
    restore: () => {},
    tellLost: () => {},
    scheduleRetry: () => {},
    dropRetry: () => {},
    end: () => {},
    countAttempt: assign({ attempt: ({ context }) => context.attempt + 1 }),
    forgetFailures: assign({ failures: 0, error: null }),
    noteFailure: assign({
      failures: ({ context }) => context.failures + 1,
      error: ({ context, event }) => ('error' in event ? event.error : context.error),
    }),
  },
  guards: {
    isPresent: ({ context, event }) => 'attempt' in event && event.attempt === context.attempt,
  },
}).createMachine({
  id: 'deviceConnection',
  context: { attempt: 0, failures: 0, error: null },
  initial: 'idle',
  states: {
    idle: {
      description: 'Nobody has wanted the device yet.',
      on: {
        'device.wanted': { target: 'connecting' },
        'proxy.close': { target: 'closed' },
      },
    },
    connecting: {
      description: 'The device is being reached.',
      entry: [{ type: 'countAttempt' }, { type: 'connect' }],
      on: {
        'link.made': { guard: { type: 'isPresent' }, target: 'connected' },
        'link.refused': {
          guard: { type: 'isPresent' },
          target: 'lost',
          actions: [{ type: 'noteFailure' }],
        },
        'proxy.close': { target: 'closed' },
      },
    },
    connected: {
      description: 'Calls are answered, and events come.',
      entry: [{ type: 'forgetFailures' }, { type: 'restore' }],
      on: {
        'link.lost': {
          guard: { type: 'isPresent' },
          target: 'lost',
          actions: [{ type: 'noteFailure' }],
        },
        'proxy.close': { target: 'closed' },
      },
    },
    lost: {
      description: 'The device is away; it is tried again soon, and at once when somebody calls.',
      entry: [{ type: 'tellLost' }, { type: 'scheduleRetry' }],
      exit: [{ type: 'dropRetry' }],
      on: {
        'retry.due': { guard: { type: 'isPresent' }, target: 'connecting' },
        'device.wanted': { target: 'connecting' },
        'proxy.close': { target: 'closed' },
      },
    },
    closed: {
      description: 'The proxy was closed.',
      type: 'final',
      entry: [{ type: 'end' }],
    },
  },
});
