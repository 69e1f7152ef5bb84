import { describe, expect, test } from "vitest";
import { checkpoint, type CheckpointStore, restore } from "../../src/checkpoint/index.ts";
import { agentOf } from "../support/agent.ts";

/** What every store of checkpoints keeps to. `make` gives an empty one. */
export function testStore(name: string, make: () => CheckpointStore): void {
  describe(`store: ${name}`, () => {
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
        running: ["crawl (finish): left-behind"],
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
}
