import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { natures, responders } from "../../../controller/src/respond/responders/index.ts";
import { createHome } from "./support/child.ts";
import { type Served, serveFleet } from "./support/fleet.ts";
import { BOUNDARY_WITHIN, createLives, END_TEST_WITHIN, type Lives } from "./support/lives.ts";

/**
 * The real command, killed at every boundary of every responder in the registry, and started again each time, over one
 * fleet and one ledger. At the end everything must have ended well, and nothing that AWS notices been done twice.
 */

/** No simulated service answers these; they are the same one-line safe write as deregister-target, tried on moto or stubs. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  "deregister-classic",
  "deregister-lattice",
  "deregister-discovery",
  "register-classic",
  "register-lattice",
  "register-discovery",
]);
const NAMES = Object.keys(responders).filter((name) => !ELSEWHERE.has(name));
const BOUNDARIES = NAMES.flatMap((name) => [`${name}:before`, `${name}:after`]);

describe.each([
  ["one worker", 1, BOUNDARIES],
  // Whoever is first dies; what comes after a call is where the two could disagree.
  [
    "two workers on one queue and one ledger",
    2,
    NAMES.filter((name) => natures.get(name) === "acts").map((name) => `${name}:after`),
  ],
])("SIGKILL at every boundary: %s", (_name, workers, boundaries) => {
  let served: Served;
  let lives: Lives;

  beforeAll(async () => {
    served = await serveFleet();
    lives = createLives(served, createHome(served), workers);
    // Some minutes of its time: tasks are placed and targets healthy.
    await delay(20_000);
  }, 60_000);

  afterAll(async () => {
    lives.close();
    await served.server.close();
  });

  test.each(boundaries)(
    "%s",
    async (boundary) => {
      const came = await lives.dieAt(boundary);
      // An effect must be reached. A poll that ended before its turn (a busy machine) had nothing left to lose.
      const [name = ""] = boundary.split(":");
      if (natures.get(name) === "acts") expect(came).toBe("killed");
      else expect(["killed", "not reached"]).toContain(came);
    },
    BOUNDARY_WITHIN,
  );
  test("and then everything ends well, once", () => expect(lives.endWell()).resolves.toBeUndefined(), END_TEST_WITHIN);
});
