import { createActor } from 'xstate';
import type { ActorRefFrom } from 'xstate';
import { deviceConnectionMachine } from '../../machines/device-connection.machine.ts';
import type { ConnectionMachineContext } from '../kernel/connection-machine-types.ts';

/** What a connection's machine does to the world. */
export interface ConnectionEffects {
  connect(context: ConnectionMachineContext): void;
  /** The link is there: all that was listened to is listened to again. */
  restore(): void;
  tellLost(context: ConnectionMachineContext): void;
  scheduleRetry(context: ConnectionMachineContext): void;
  dropRetry(): void;
  end(): void;
}

/** A connection's actor. */
export type ConnectionRef = ActorRefFrom<typeof deviceConnectionMachine>;

/** Makes a connection's actor, with its effects bound; it is not started yet. */
export const connectionActor = (name: string, effects: ConnectionEffects): ConnectionRef =>
  createActor(
    deviceConnectionMachine.provide({
      actions: {
        connect: ({ context }) => effects.connect(context),
        restore: () => effects.restore(),
        tellLost: ({ context }) => effects.tellLost(context),
        scheduleRetry: ({ context }) => effects.scheduleRetry(context),
        dropRetry: () => effects.dropRetry(),
        end: () => effects.end(),
      },
    }),
    { id: name },
  );
