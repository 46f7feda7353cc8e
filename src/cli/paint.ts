import { styleText } from 'node:util';
import type { TaskStatus } from '../kernel/task-state.ts';

type Style = Parameters<typeof styleText>[0];

/** Puts colour on a text, or leaves it. */
export type Paint = (style: Style, text: string) => string;

const styles: Readonly<Record<TaskStatus, Style>> = {
  pending: 'dim',
  running: 'cyan',
  completed: 'green',
  failed: 'red',
  stopped: 'magenta',
  cancelled: 'yellow',
  timedout: 'red',
};

/** Where colours would go. */
export interface PaintedProcess {
  readonly stdout: { readonly isTTY: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Colours go to a terminal only, and not where `NO_COLOR` is set. */
export function paintFor({ stdout, env }: PaintedProcess): Paint {
  const { NO_COLOR: refused = '' } = env;
  const isColoured = stdout.isTTY && refused === '';
  return isColoured
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_style, text) => text;
}

/** A status in its colour. */
export const paintStatus = (paint: Paint, status: TaskStatus): string =>
  paint(styles[status], status);
