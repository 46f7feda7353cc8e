/** For tests of programs that use runstate: `runstate/testing`. */
export type { Clock } from './kernel/clock.ts';
export { simulatedClock } from './kernel/simulated-clock.ts';
export type { SimulatedClock, SimulatedClockOptions } from './kernel/simulated-clock.ts';
