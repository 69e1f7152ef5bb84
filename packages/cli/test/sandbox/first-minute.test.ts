import { stripVTControlCharacters } from "node:util";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { Io } from "../../src/io.ts";
import { loadConfig } from "@spotkeeper/controller";
import { runSandbox } from "../../src/sandbox/sandbox.ts";
import { readTrace } from "../../src/simulate/trace-file.ts";

const SIZES = [
  [40, 12],
  [80, 24],
  [100, 30],
  [140, 40],
] as const;

/** The headline of the README. */
const HEADLINE = "checkout keeps 1 of 4 tasks";

test("within a minute a terminal of any size shows what the README promises", { timeout: 70_000 }, async () => {
  const missing = new Set(SIZES.map(String));
  let stop = (): void => {};
  const interrupted = new Promise<"SIGINT">((resolve) => (stop = () => resolve("SIGINT")));
  let frame = 0;
  const size = (): readonly [number, number] => SIZES[frame % SIZES.length] ?? [80, 24];
  const stdout = {
    isTTY: true,
    get columns() {
      return size()[0];
    },
    get rows() {
      return size()[1];
    },
    async write(text: string) {
      if (stripVTControlCharacters(text).includes(HEADLINE)) missing.delete(String(size()));
      frame += 1;
      if (missing.size === 0) stop();
    },
  };
  const io: Io = {
    stdin: Readable.from([]),
    stdout,
    stderr: { isTTY: false, columns: null, rows: null, write: () => Promise.resolve() },
    env: {},
    now: () => Date.now(),
    interrupted: () => interrupted,
    releaseSignals: () => {},
    onHangup: () => {},
  };
  const begun = Date.now();
  const over = setTimeout(stop, 60_000);
  await runSandbox(io, {
    trace: readTrace("p3"),
    policy: loadConfig(null, () => "").policy,
    port: 0,
    seed: 1,
    speed: 60,
    duration: null,
    output: "text",
  });
  clearTimeout(over);
  expect([...missing]).toEqual([]);
  expect(Date.now() - begun).toBeLessThan(60_000);
});
