import { EventEmitter } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { virtualClock } from "@spotkeeper/simulator";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { openArchiveThread, startThread, type Thread } from "../../src/record/archive/sqlite/thread.ts";
import type { Answer, Call } from "../../src/record/archive/sqlite/thread-calls.ts";
import type { Archive, ArchivedIncident } from "../../src/record/archive/archive.ts";
import { incident } from "./support/samples.ts";

const one = (n: number): ArchivedIncident => ({
  key: `incident#i-${n}#1`,
  version: 1,
  incident: incident(`i-${n}`),
  timeline: [],
});

describe("the archive's thread", () => {
  let folder: string;
  let file: string;
  let threads: Thread[];
  let archive: Archive;
  const start = (): Thread => {
    const thread = startThread({ file });
    threads.push(thread);
    return thread;
  };
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "spotkeeper-archive-"));
    file = join(folder, "archive.db");
    threads = [];
    archive = await openArchiveThread({ file, clock: systemClock, start });
  });
  afterEach(async () => {
    await archive.close();
    rmSync(folder, { recursive: true });
  });

  test("while a query runs, the worker goes on", async () => {
    await archive.put(Array.from({ length: 500 }, (_, n) => one(n)));
    let turns = 0;
    let next = setImmediate(turn);
    function turn(): void {
      turns++;
      next = setImmediate(turn);
    }
    await archive.list({}, 500);
    clearImmediate(next);
    // On the worker's own thread the event loop stands still while the query runs.
    expect(turns).toBeGreaterThan(20);
  });

  test("if it ends, its calls say so, and the next call starts another", async () => {
    await archive.put([one(1)]);
    const lost = archive.list({}, 10);
    void threads[0]?.terminate();
    await expect(lost).rejects.toMatchObject({
      code: "SK-ARCHIVE-THREAD",
      message: expect.stringContaining(file) as string,
    });
    expect((await archive.list({}, 10)).items).toHaveLength(1);
    expect(threads).toHaveLength(2);
  });

  test("a file of another program is refused at the start, and named if it comes later", async () => {
    const foreign = join(folder, "foreign.db");
    const db = new DatabaseSync(foreign);
    db.exec("CREATE TABLE theirs (x)");
    db.close();
    await expect(
      openArchiveThread({ file: foreign, clock: systemClock, start: () => startThread({ file: foreign }) }),
    ).rejects.toMatchObject({ code: "SK-ARCHIVE-FOREIGN" });

    // The first thread opened a file of ours; the one after it finds another program's.
    let path = file;
    const moved = await openArchiveThread({
      file,
      clock: systemClock,
      start: () => {
        const thread = startThread({ file: path });
        threads.push(thread);
        return thread;
      },
    });
    path = foreign;
    await threads.at(-1)?.terminate();
    await expect(moved.get("k")).rejects.toMatchObject({
      code: "SK-ARCHIVE-THREAD",
      message: expect.stringContaining("belongs to another program") as string,
    });
    await moved.close();
  });

  test("calls in progress are answered before it closes; later ones are refused", async () => {
    const put = archive.put([one(1)]);
    await archive.close();
    await expect(put).resolves.toBeUndefined();
    await expect(archive.list({}, 1)).rejects.toMatchObject({ code: "SK-ARCHIVE-CLOSED" });
  });
});

/** A thread that opens its file and then answers nothing. */
function silentThread(): Thread & { readonly calls: Call[] } {
  const events = new EventEmitter();
  const calls: Call[] = [];
  setImmediate(() => events.emit("message", { id: 0, value: null } satisfies Answer));
  return {
    calls,
    on: (event: string, heard: (value: Answer & Error) => void) => events.on(event, heard),
    postMessage: (call: Call) => void calls.push(call),
    ref: () => {},
    unref: () => {},
    terminate: () => Promise.resolve(0),
  };
}

test("a thread that does not answer is given up after a minute, and at most a thousand calls wait for it", async () => {
  const clock = virtualClock(0);
  const thread = silentThread();
  const archive = await openArchiveThread({ file: "archive.db", clock, start: () => thread });
  const calls = Array.from({ length: 1_000 }, () => archive.get("k"));
  await expect(archive.get("k")).rejects.toMatchObject({ code: "SK-ARCHIVE-BUSY" });
  expect(thread.calls).toHaveLength(1_000);
  const outcomes = Promise.allSettled(calls);
  await clock.runUntil(60_000);
  for (const outcome of await outcomes)
    expect(outcome).toMatchObject({ status: "rejected", reason: { code: "SK-ARCHIVE-SLOW" } });
});

test("a worker that stops does not wait for a thread that does not answer", async () => {
  const clock = virtualClock(0);
  const archive = await openArchiveThread({ file: "archive.db", clock, start: silentThread });
  const call = Promise.allSettled([archive.get("k")]);
  const closing = archive.close();
  await clock.runUntil(5_000);
  await closing;
  expect(await call).toMatchObject([{ status: "rejected", reason: { code: "SK-ARCHIVE-CLOSED" } }]);
});
