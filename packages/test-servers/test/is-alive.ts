/** Whether there is a process of this id. */
export function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) throw new Error("The server had no pid");
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
