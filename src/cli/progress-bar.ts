import { SingleBar } from 'cli-progress';
import type { TaskEvent } from '../kernel/task-event.ts';
import type { Terminal } from './terminal.ts';

/** Shows a task's progress and log while it runs; the bar only where there is a terminal. */
export class ProgressBar {
  readonly #terminal: Terminal;
  readonly #bar: SingleBar | null;
  #isStarted = false;

  constructor(terminal: Terminal, stream: NodeJS.WriteStream) {
    this.#terminal = terminal;
    const options = {
      format: '{bar} {percentage} % {message}',
      stream,
      clearOnComplete: true,
      hideCursor: true,
    };
    this.#bar = stream.isTTY ? new SingleBar(options) : null;
  }

  show(event: TaskEvent): void {
    switch (event.type) {
      case 'progress':
        this.draw(event.percent, event.message ?? '');
        return;
      case 'log':
        this.say(`${event.level === 'warn' ? 'warning' : event.level}: ${event.message}`);
        return;
      case 'attempt':
        if (event.outcome === 'failed') this.say(`attempt ${event.attempt} failed`);
        return;
      case 'status':
      case 'checkpoint':
      case 'gap':
      case 'alarm':
        return;
    }
  }

  stop(): void {
    this.#bar?.stop();
  }

  /** A line above the bar. */
  say(text: string): void {
    this.#bar?.stop();
    this.#isStarted = false;
    this.#terminal.say(text);
  }

  /** Moves the bar. */
  draw(percent: number, message: string): void {
    if (this.#bar === null) return;
    const whole = Math.round(percent);
    if (this.#isStarted) this.#bar.update(whole, { message });
    else this.#bar.start(100, whole, { message });
    this.#isStarted = true;
  }
}
