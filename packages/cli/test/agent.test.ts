import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { main, spotkeeper } from "./support.ts";

const env = { AWS_EC2_METADATA_DISABLED: "true" };

test("agent runs a command and ends with its code; options behind -- are the command's", async () => {
  const { code, stdout } = await spotkeeper(
    ["agent", "--port", "0", "--", "/bin/sh", "-c", "echo $1; exit 42", "x", "--port"],
    { env },
  );
  expect([code, stdout]).toEqual([42, "--port\n"]);
});

test("SIGTERM goes on to the command", async () => {
  const command = ["/bin/sh", "-c", "trap 'echo got TERM; exit 7' TERM; echo runs; while :; do sleep 0.05; done"];
  const args = ["--conditions=@spotkeeper/source", main, "agent", "--port", "0", "--", ...command];
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const said = text(child.stdout);
  const ended = once(child, "exit");
  await once(child.stdout, "data");
  child.kill("SIGTERM");
  expect([(await ended)[0], await said]).toEqual([7, "runs\ngot TERM\n"]);
});

test.each([
  [["--poll", "soon"], 2, /--poll: got "soon"[^]*\(SK-AGENT-CALL\)/],
  [["--hook", "", "--", "true"], 2, /--hook: got nothing/],
  [["--port", "0", "--", "/no/such/program"], 1, /cannot be started[^]*\(SK-AGENT-COMMAND\)/],
])("%j is told", async (args, code, said) => {
  const ended = await spotkeeper(["agent", ...args], { env });
  expect(ended).toMatchObject({ code, stdout: "", stderr: expect.stringMatching(said) });
});
