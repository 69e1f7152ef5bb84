/**
 * The script that PID 1 becomes. Node.js waits only for its own children, so orphans that are given to PID 1 would stay
 * zombies; a POSIX shell reaps them while it waits. The script passes signals on, and ends with the exit code of its
 * child.
 */
const SCRIPT = `"$@" <&0 &
child=$!
for name in TERM INT HUP QUIT USR1 USR2 CONT; do trap "kill -$name $child 2>/dev/null" $name; done
code=0
while kill -0 $child 2>/dev/null; do wait $child; code=$?; done
exit $code`;

const SHELL = "/bin/sh";

/**
 * As PID 1 of a container, replaces this process by a shell that runs it again as a child. Returns the reason if that
 * is impossible, or null if this is not PID 1. Does not return if it succeeds.
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
  // Node.js prints a warning that execve is experimental; hide it from users.
  process.removeAllListeners("warning");
  process.execve(SHELL, [SHELL, "-c", SCRIPT, "spotkeeper-agent", process.execPath, ...process.execArgv, ...args]);
  return null;
}
