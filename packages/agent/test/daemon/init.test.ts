import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { expect, test, vi } from "vitest";
import { bin } from "../support/daemon.ts";

const namespace = ["--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child"];
const canBeFirst = spawnSync("unshare", [...namespace, "true"]).status === 0;

/** Leaves an orphan behind that ends soon, then says what has become of it. */
const program = `(sh -c 'sleep 0.2' & ) ; sleep 1; ps -A -o stat=,comm= | grep -c '^Z' ; trap 'echo got TERM; exit 9' TERM; echo runs; while :; do sleep 0.05; done`;

test.skipIf(!canBeFirst)(
  "as PID 1 it takes up orphans, hands signals on, and ends with the command's code",
  async () => {
    const call = [...namespace, process.execPath, bin, "--port", "0", "--", "/bin/sh", "-c", program];
    const child = spawn("unshare", call, {
      env: { PATH: process.env["PATH"], AWS_EC2_METADATA_DISABLED: "true" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    const ended = once(child, "exit");
    await vi.waitFor(() => expect(out + err).toContain("runs"), { timeout: 20_000 });
    expect(out.split("\n")[0]).toBe("0");
    // Its PID 1 is the only child of unshare.
    const first = spawnSync("pgrep", ["-P", String(child.pid)], { encoding: "utf8" }).stdout.trim();
    process.kill(Number(first), "SIGTERM");
    expect((await ended)[0]).toBe(9);
    expect(out).toContain("got TERM");
  },
);
