import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { type CheckpointStore, checkpoint, fileStore, restore, s3Store } from "../../src/checkpoint/index.ts";
import { agentOf } from "../support/agent.ts";
import { fakeS3 } from "../support/s3.ts";

const root = mkdtempSync(join(tmpdir(), "spotkeeper-checkpoint-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
let folder = "";
beforeEach(() => void (folder = join(root, String((count += 1)))));

const stores: { readonly [name: string]: () => CheckpointStore } = {
  file: () => fileStore(folder),
  s3: () => s3Store(fakeS3(), { bucket: "state", prefix: "orders/" }),
};

describe.each(Object.entries(stores))("store: %s", (_, make) => {
  test("what was saved in a drain comes back, with what was running and why it stopped", async () => {
    const store = make();
    const agent = agentOf({ unready: 0, finish: 50 });
    agent.onDrain("crawl", () => new Promise(() => {}));
    agent.onDrain(
      "state",
      checkpoint("state", () => ({ page: 7 }), { store, version: 2 }),
    );
    const report = await agent.drain({ detail: "a test", drill: true });
    expect(report.phases[1]?.handlers).toMatchObject([{ name: "state", outcome: "done", notes: ["10 bytes"] }]);
    expect(await restore("state", { store, version: 3 })).toEqual({
      data: { page: 7 },
      version: 2,
      savedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      why: "drill",
      detail: "a test",
      running: ["crawl (finish)"],
    });
  });

  test("the newest counts, however many there were", async () => {
    const store = make();
    let number = 0;
    const { saveNow } = checkpoint("n", () => (number += 1), { store });
    await Promise.all([saveNow(), saveNow(), saveNow()]);
    expect((await restore("n", { store }))?.data).toBe(3);
    await saveNow();
    expect((await restore("n", { store }))?.data).toBe(4);
  });

  test("once means once, for any number that ask; a new one can be taken again", async () => {
    const store = make();
    const { saveNow } = checkpoint("n", () => "x", { store });
    await saveNow();
    const taken = await Promise.all(Array.from({ length: 10 }, () => restore("n", { store, once: true })));
    expect(taken.filter((one) => one !== null)).toHaveLength(1);
    expect(await restore("n", { store })).toMatchObject({ data: "x" });
    await saveNow();
    expect(await restore("n", { store, once: true })).toMatchObject({ data: "x" });
  });

  test("bytes come back as bytes; nothing is nothing", async () => {
    const store = make();
    await checkpoint("bytes", () => new Uint8Array([0, 10, 255]), { store }).saveNow();
    expect((await restore("bytes", { store }))?.data).toEqual(expect.objectContaining({ 0: 0, 1: 10, 2: 255 }));
    expect(await restore("none", { store })).toBeNull();
  });

  test("newer data is refused, and not used up", async () => {
    const store = make();
    await checkpoint("n", () => 1, { store, version: 5 }).saveNow();
    await expect(restore("n", { store, version: 4, once: true })).rejects.toMatchObject({
      code: "SK-AGENT-CHECKPOINT-NEWER",
      message: expect.stringContaining("version 5"),
    });
    expect(await restore("n", { store, version: 5, once: true })).toMatchObject({ data: 1 });
  });

  test("one that is too large is refused, and the one before stays", async () => {
    const store = make();
    let data = "small";
    const { saveNow } = checkpoint("n", () => data, { store, maxBytes: 100 });
    await saveNow();
    data = "x".repeat(100);
    await expect(saveNow()).rejects.toMatchObject({ code: "SK-AGENT-CHECKPOINT-TOO-LARGE" });
    expect((await restore("n", { store }))?.data).toBe("small");
  });
});

test.each([
  ["cut off", (file: string) => truncateSync(file, 80)],
  ["changed", (file: string) => writeFileSync(file, readFileSync(file, "utf8").replace("two", "TWO"))],
  ["empty", (file: string) => writeFileSync(file, "")],
  ["not ours", (file: string) => writeFileSync(file, `{"a":1}\n`)],
])("a file that was %s: the last good one", async (_, damage) => {
  const store = fileStore(folder);
  let data = "one";
  const { saveNow } = checkpoint("n", () => data, { store });
  await saveNow();
  data = "two";
  await saveNow();
  damage(join(folder, "n.a"));
  expect((await restore("n", { store }))?.data).toBe("one");
  damage(join(folder, "n.b"));
  if (readFileSync(join(folder, "n.b"), "utf8").includes(`"one"`)) return;
  await expect(restore("n", { store })).rejects.toMatchObject({ code: "SK-AGENT-CHECKPOINT-DAMAGED" });
  // What cannot be read is no reason not to save.
  await saveNow();
  expect((await restore("n", { store }))?.data).toBe("two");
});

test("a form of a later version is told as such", async () => {
  const store = fileStore(folder);
  await checkpoint("n", () => 1, { store }).saveNow();
  const file = join(folder, "n.b");
  writeFileSync(file, readFileSync(file, "utf8").replace(`"format":1`, `"format":2`));
  await expect(restore("n", { store })).rejects.toMatchObject({ code: "SK-AGENT-CHECKPOINT-NEWER" });
});

test("a folder that cannot be read is not nothing", async () => {
  writeFileSync(`${folder}.txt`, "");
  const store = fileStore(`${folder}.txt`);
  await expect(restore("n", { store })).rejects.toMatchObject({ code: "ENOTDIR" });
  await expect(checkpoint("n", () => 1, { store }).saveNow()).rejects.toMatchObject({ code: "ENOTDIR" });
});

test("names that lead elsewhere, and data that JSON does not have", async () => {
  const store = fileStore(folder);
  for (const name of ["../x", "", ".hidden", "a/b", "x".repeat(101)]) {
    expect(() => checkpoint(name, () => 1, { store })).toThrow("The name of a checkpoint");
  }
  await expect(checkpoint("n", () => undefined, { store }).saveNow()).rejects.toMatchObject({
    code: "SK-AGENT-CHECKPOINT-DATA",
  });
  expect(existsSync(join(folder, "n.b"))).toBe(false);
});
