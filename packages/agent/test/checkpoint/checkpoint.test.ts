import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { type CheckpointStore, checkpoint, fileStore, restore, s3Store } from "../../src/checkpoint/index.ts";
import { fakeS3 } from "../support/s3.ts";
import { testStore } from "./store-contract.ts";

const root = mkdtempSync(join(tmpdir(), "spotkeeper-checkpoint-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
let folder = "";
beforeEach(() => void (folder = join(root, String((count += 1)))));

const stores: { readonly [name: string]: () => CheckpointStore } = {
  file: () => fileStore(folder),
  s3: () => s3Store(fakeS3(), { bucket: "state", prefix: "orders/" }),
};

for (const [name, make] of Object.entries(stores)) testStore(name, make);

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

test("a mark whose answer was lost, and that the client put again, is ours", async () => {
  const inner = fakeS3();
  let lost = true;
  const s3 = {
    ...inner,
    async putObject(input: Parameters<typeof inner.putObject>[0]) {
      await inner.putObject(input);
      if (input.IfNoneMatch !== undefined && lost) await inner.putObject(input);
    },
  };
  const store = s3Store(s3, { bucket: "state" });
  await checkpoint("n", () => 1, { store }).saveNow();
  expect(await restore("n", { store, once: true })).toMatchObject({ data: 1 });
  lost = false;
  expect(await restore("n", { store, once: true })).toBeNull();
});

test("a mark that others put at the same moment is put once more", async () => {
  const inner = fakeS3();
  let conflicts = 2;
  const s3 = {
    ...inner,
    async putObject(input: Parameters<typeof inner.putObject>[0]) {
      const name = "ConditionalRequestConflict";
      if (input.IfNoneMatch !== undefined && conflicts-- > 0) throw Object.assign(new Error(name), { name });
      return inner.putObject(input);
    },
  };
  const store = s3Store(s3, { bucket: "state" });
  await checkpoint("n", () => 1, { store }).saveNow();
  expect(await restore("n", { store, once: true })).toMatchObject({ data: 1 });
});
