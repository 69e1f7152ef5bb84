import { expect, test } from "vitest";
import { z } from "zod";
import { chosenFrom, type DriverFactory, openChosen } from "../src/drivers.ts";
import { testClock, type TestClock } from "./enrich/support/clock.ts";

type Factory = DriverFactory<string, { readonly clock: TestClock }>;

const disk: Factory = {
  options: z.strictObject({ driver: z.literal("disk").default("disk"), file: z.string().default("x.db") }),
  open: ({ file }) => `disk ${String(file)}`,
};
const far: Factory = {
  options: z.strictObject({ driver: z.literal("far"), node: z.string() }),
  open: async ({ node }) => `far ${String(node)}`,
};

test("a section has the options of one driver, and of the default one where none is named", () => {
  const section = chosenFrom({ disk, far }, "driver");
  expect(section.parse({})).toEqual({ driver: "disk", file: "x.db" });
  expect(section.parse({ driver: "far", node: "n" })).toEqual({ driver: "far", node: "n" });
  expect(section.safeParse({ driver: "far", file: "x.db" }).success).toBe(false);
});

test("a driver that is listed under another name than its options have is refused when the program loads", () => {
  expect(() => chosenFrom({ disc: disk }, "driver")).toThrow(/"disc" do not begin with driver: "disc"/);
});

test("what opens at once and what opens later is opened alike", async () => {
  const deps = { clock: testClock() };
  expect(await openChosen("the archive", { disk, far }, { driver: "disk", file: "a.db" }, deps)).toBe("disk a.db");
  expect(await openChosen("the archive", { disk, far }, { driver: "far", node: "n" }, deps)).toBe("far n");
});

test("a driver that does not open is given up after 30 s, by name", async () => {
  const clock = testClock();
  const silent: Factory = { ...far, open: () => new Promise(() => {}) };
  const opening = openChosen("the archive", { far: silent }, { driver: "far", node: "n" }, { clock });
  const [error] = await Promise.all([opening.catch((reason: unknown) => reason), clock.pass(30_000)]);
  expect(error).toMatchObject({
    code: "SK-STORE-START",
    message: "the archive (far) did not open within 30 s. See that its service answers.",
  });
});

test("why a driver cannot be opened is told as it says it", async () => {
  const broken: Factory = { ...far, open: () => Promise.reject(new Error("no such node")) };
  const opening = openChosen("the archive", { far: broken }, { driver: "far", node: "n" }, { clock: testClock() });
  await expect(opening).rejects.toThrow("no such node");
});
