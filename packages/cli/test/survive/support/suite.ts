import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHome } from "./child.ts";
import { type Served, serveFleet } from "./fleet.ts";
import { BOUNDARY_WITHIN, createLives, END_TEST_WITHIN, type Lives } from "./lives.ts";

/**
 * The real command, killed at every boundary, and started again each time, over one fleet and one ledger. At the end
 * everything must have ended well, and nothing that AWS notices been done twice.
 * @param boundaries what crash.ts takes: `set-draining:before`
 * @param mustDie whether a boundary has to be reached
 */
export function testSurvival(
  name: string,
  workers: number,
  boundaries: readonly string[],
  mustDie: (boundary: string) => boolean,
): void {
  describe(`SIGKILL at every boundary: ${name}`, () => {
    let served: Served;
    let lives: Lives;
    /** A boundary that was never reached has used the fleet up: what follows would fail late, and of that alone. */
    let missed: string | null = null;

    beforeAll(async () => {
      served = await serveFleet();
      lives = createLives(served, createHome(served), workers);
      // Some minutes of its time: tasks are placed and targets healthy.
      await delay(20_000);
    });

    afterAll(async () => {
      lives.close();
      await served.server.close();
    });

    test.each(boundaries)(
      "%s",
      async (boundary) => {
        if (missed !== null) throw new Error(`not tried: ${missed} was not reached`);
        const came = await lives.dieAt(boundary);
        if (came === "not reached" && mustDie(boundary)) missed = boundary;
        expect(missed).toBeNull();
      },
      BOUNDARY_WITHIN,
    );
    test(
      "and then everything ends well, once",
      () => expect(lives.endWell()).resolves.toBeUndefined(),
      END_TEST_WITHIN,
    );
  });
}
