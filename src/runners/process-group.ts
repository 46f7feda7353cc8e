/** Sends a signal to every process of a group; false when none is left. */
export function signalGroup(leaderPid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-leaderPid, signal);
  } catch {
    return false;
  }
}
