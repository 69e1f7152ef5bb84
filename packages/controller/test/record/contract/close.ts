import { describe, expect, test } from "vitest";
import type { Contract } from "./fixture.ts";
import { serviceDoc } from "../support/samples.ts";

export function testClose({ ledger, open }: Contract): void {
  describe("close", () => {
    test("finishes what was asked before, refuses what comes after, and may be asked twice", async () => {
      const asked = ledger().commit([serviceDoc("web")], []);
      await Promise.all([ledger().close(), ledger().close()]);
      await expect(asked).resolves.toHaveLength(1);
      const closed = { code: "SK-LEDGER-CLOSED" };
      await expect(ledger().load("service#web", "service")).rejects.toMatchObject(closed);
      await expect(ledger().touch("service#web", 1, null)).rejects.toMatchObject(closed);
      expect(await (await open()).load("service#web", "service")).not.toBeNull();
    });

    test("an open ledger is healthy", () => {
      expect(ledger().health()).toMatchObject({ ok: true, code: null, message: null });
    });
  });
}
