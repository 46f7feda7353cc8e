/** Sends a signal to every process of a group; false when none is left. */
export function signalGroup(leaderPid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-leaderPid, signal);
  } catch {
    return false;
  }
}

/** Whether a process group has a member, be it one that only waits to be reaped. */
export function groupExists(leaderPid: number): boolean {
  try {
    return process.kill(-leaderPid, 0);
  } catch (error) {
    // Processes of another user are there too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
