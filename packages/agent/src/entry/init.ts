/**
 * What PID 1 becomes. Node.js waits for its own children only, so orphans that come to PID 1 would stay as zombies; a
 * POSIX shell takes them all while it waits. It hands signals on, and ends with the exit code of what it runs.
 */
const SCRIPT = `"$@" <&0 &
child=$!
for name in TERM INT HUP QUIT USR1 USR2 CONT; do trap "kill -$name $child 2>/dev/null" $name; done
code=0
while kill -0 $child 2>/dev/null; do wait $child; code=$?; done
exit $code`;

const SHELL = "/bin/sh";

/**
 * As PID 1 of a container this process is replaced by a shell that runs it again as its child. Answers why that cannot
 * be; null: there is no need, or (never) it was done.
 */
export function becomeInit(pid: number, args: readonly string[]): string | null {
  if (pid !== 1) return null;
  // https://nodejs.org/api/process.html#processexecvefile-args-env: since 22.15
  if (typeof process.execve !== "function") return "this Node.js cannot replace itself (22.15 can)";
  const { accessSync, constants } = process.getBuiltinModule("node:fs");
  try {
    accessSync(SHELL, constants.X_OK);
  } catch {
    return `there is no ${SHELL}`;
  }
  // It is marked as experimental, of which the users of the command need not hear.
  process.removeAllListeners("warning");
  process.execve(SHELL, [SHELL, "-c", SCRIPT, "spotkeeper-agent", process.execPath, ...process.execArgv, ...args]);
  return null;
}
