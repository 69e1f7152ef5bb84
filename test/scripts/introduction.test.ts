import { expect, test } from "vitest";
import { introduction } from "../../scripts/support/introduction.ts";

test("the first run says what it fetches, and every whole run how long it takes and how to run less", () => {
  const first = introduction({ hasCache: false, chosen: [], minutes: 60 }).join("\n");
  expect(first).toMatch(/fetches.*moto.*ministack.*Node\.js/);
  expect(first).toMatch(/after 60 minutes/);
  expect(first).toContain("npm test -- ");
  expect(introduction({ hasCache: true, chosen: [], minutes: 60 }).join("\n")).not.toContain("fetches");
  expect(introduction({ hasCache: true, chosen: ["test/guards"], minutes: 60 })).toEqual([]);
});
