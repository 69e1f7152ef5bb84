import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import { holdMember, interrupt } from "@spotkeeper/simulator";
import { expect } from "vitest";
import { decodeBody } from "../../../../controller/src/record/body.ts";
import { owedBy } from "../../../../controller/src/respond/group/debts.ts";
import { type Child, type Home, startRun } from "./child.ts";
import { isOfRetained, RAISED_TWICE } from "./boundaries.ts";
import type { Served } from "./fleet.ts";

/** Wall-clock time for one happening to reach a boundary; then there is another, so often: twice in each kind of group. */
const REACHED_WITHIN = 10_000;
const HAPPENINGS = 8;
export const BOUNDARY_WITHIN: number = REACHED_WITHIN * HAPPENINGS + 5_000;
/** Two of a group come so far apart that each has a raise of its own, and the first is retired while the second is looked at. */
const APART = 2_500;
const ENDS_WITHIN = 180_000;
export const END_TEST_WITHIN: number = ENDS_WITHIN + 30_000;
/** At twelve times the speed a poll has a quarter of a second of the wall's time; a busy machine may take longer. */
const LATE_POLL = "the queue cannot be received from";
const GROUPS = ["detached", "raised", "plain", "short"] as const;
type GroupName = (typeof GROUPS)[number] | "retained";

/** Lives of the real worker over one fleet and one ledger. */
export interface Lives {
  /** Starts `workers` of them with something new to do, and sees the first reach the boundary and die; then all die. */
  dieAt(boundary: string): Promise<"killed" | "not reached">;
  /** Lets them live, until all is over; checks that everything ended well, and nothing was done twice. */
  endWell(): Promise<void>;
  close(): void;
}

export function createLives(served: Served, home: Home, workers: number): Lives {
  const victims: string[] = [];
  let turn = 0;
  let children: Child[] = [];

  const happen = (group: GroupName = GROUPS[turn++ % GROUPS.length] ?? "plain"): void => {
    const victim = served.fresh(group);
    victims.push(victim.id);
    // Its group ends it, and keeps it when the hook's time is over.
    if (group === "retained") return void (victim.member && holdMember(served.world, victim.member, "theirs", null));
    // Notices of the plain ones are followed by nothing: what was taken away is put back.
    interrupt(served.world, victim.id, group === "plain" ? { survives: true } : {});
  };
  const start = (crashAt: string): void => {
    children = Array.from({ length: workers }, () => startRun(served, home, crashAt));
  };
  const kill = async (): Promise<void> => {
    for (const child of children) child.process.kill("SIGKILL");
    await Promise.all(children.map((child) => child.exited));
  };

  return {
    async dieAt(boundary) {
      const twice = boundary === RAISED_TWICE;
      const group = twice ? "raised" : isOfRetained(boundary) ? "retained" : undefined;
      happen(group);
      start(boundary);
      const died = Promise.race(children.map((child) => child.exited));
      if (twice) await delay(APART).then(() => happen("raised"));
      let exit: Awaited<typeof died> | null = null;
      for (let tries = 0; tries < HAPPENINGS && exit === null; tries++) {
        if (tries > 0) happen(twice ? undefined : group);
        exit = await Promise.race([died, delay(REACHED_WITHIN).then(() => null)]);
      }
      await kill();
      if (exit === null) return "not reached";
      expect(exit).toEqual({ code: null, signal: "SIGKILL" });
      return "killed";
    },
    async endWell() {
      start("");
      const until = Date.now() + ENDS_WITHIN;
      const isOver = (): boolean => {
        const { open, owed, subjects, untold } = count(home);
        const idle = [open, owed, untold].every((list) => list.length === 0) && served.depth() === 0;
        return idle && victims.every((id) => subjects.has(id));
      };
      // All may be over before they run; and who does not run yet cannot be stopped in good order.
      const areUp = (): boolean => children.every((child) => child.log().includes('"the worker runs"'));
      while (Date.now() < until && !(areUp() && isOver())) await delay(500);
      const { open, owed, subjects, untold } = count(home);
      const failed = children.map((child) =>
        child
          .log()
          .split("\n")
          .filter((line) => line.includes('"level":"error"') && !line.includes(LATE_POLL))
          .slice(-3),
      );
      const lost = victims.filter((id) => !subjects.has(id));
      expect({ open, owed, queued: served.depth(), lost, untold, failed }).toEqual({
        open: [],
        owed: [],
        queued: 0,
        lost: [],
        untold: [],
        failed: children.map(() => []),
      });
      const { oracle } = served.world;
      expect(oracle.duplicates()).toEqual([]);
      expect(oracle.leftovers()).toEqual({ detachedRunning: [], raised: [], onDemandRaised: [], openActions: [] });
      const stoppedAt = Date.now();
      for (const child of children) child.process.kill("SIGTERM");
      expect(await Promise.all(children.map((child) => child.exited))).toEqual(
        children.map(() => ({ code: 0, signal: null })),
      );
      expect(Date.now() - stoppedAt).toBeLessThan(10_000);
    },
    close() {
      for (const child of children) child.process.kill("SIGKILL");
    },
  };
}

interface Counted {
  /** Keys of open incidents. */
  readonly open: readonly string[];
  /** Keys of groups that still owe something. */
  readonly owed: readonly string[];
  readonly subjects: ReadonlySet<string>;
  /** Keys of alerts that a channel has not been told. */
  readonly untold: readonly string[];
}

/** What the ledger holds. The bodies are read as the worker reads them: a large one is stored packed. */
function count({ ledger }: Home): Counted {
  const db = new DatabaseSync(ledger, { readOnly: true });
  try {
    const rows = db.prepare("SELECT key, body, closedAt FROM docs WHERE kind = 'incident'").all();
    const open = rows.filter((row) => row["closedAt"] === null).map((row) => String(row["key"]));
    const subjects = rows.map((row) => decodeBody<"incident">(String(row["body"])).subject.id);
    const groups = db.prepare("SELECT key, body FROM docs WHERE kind = 'group'").all();
    const owed = groups.filter((row) => owedBy(decodeBody<"group">(String(row["body"]))).length > 0);
    const alerts = db.prepare("SELECT key, body FROM docs WHERE kind = 'alert'").all();
    const untold = alerts.filter((row) => {
      const { sends } = decodeBody<"alert">(String(row["body"]));
      return Object.values(sends).length === 0 || Object.values(sends).some(({ state }) => state !== "sent");
    });
    return { open, owed: keysOf(owed), subjects: new Set(subjects), untold: keysOf(untold) };
  } finally {
    db.close();
  }
}

const keysOf = (rows: readonly { readonly [column: string]: unknown }[]): string[] =>
  rows.map((row) => String(row["key"]));
