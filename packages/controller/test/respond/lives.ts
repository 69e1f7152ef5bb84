import { holdDuring, virtualClock } from "@spotkeeper/simulator";
import { failed } from "../../src/aws/failure.ts";
import type { Aws } from "../../src/aws/aws.ts";
import type {
  AutoScalingCalls,
  AutoScalingGroup,
  GroupMembership,
  ScalingActivity,
} from "../../src/aws/calls/auto-scaling.ts";
import type { Doc } from "../../src/model/doc.ts";
import type { Group, Replacement } from "../../src/model/group.ts";
import type { Step } from "../../src/model/step.ts";
import type { Ledger } from "../../src/record/ledger/ledger.ts";
import { openSqliteLedger } from "../../src/record/ledger/sqlite.ts";
import { newGroup, withReplacement } from "../../src/respond/group/document.ts";
import { refreshGroup } from "../../src/respond/group/refresh.ts";
import { advanceDoc, type MachineDeps } from "../../src/respond/machine/machine.ts";
import { findResponder } from "../../src/respond/responders/index.ts";
import { runStep } from "../../src/respond/machine/run-step.ts";
import { T0 } from "../correlate/support.ts";
import { AT, contextOf, fakeAws, receipt } from "./context.ts";
import { factsWith } from "./support.ts";

/** A group of Auto Scaling as far as capacity goes: it fills and empties itself to what is desired. */
export interface Fleet {
  desired: number;
  readonly members: Map<string, string>;
  readonly activities: ScalingActivity[];
}

export interface Lives {
  readonly fleet: Fleet;
  /** The group is asked to replace an instance early by `raise`. */
  ask(id: string): Promise<void>;
  /** Its incident says that it has drained. */
  release(id: string): Promise<void>;
  die(id: string): void;
  /**
   * The process dies at the write after next, … (0: the next): before it, or when AWS has answered; or the answer is lost,
   * or AWS is not available and writes nothing.
   */
  trap(after: number, how: Trap): void;
  /** No trap is left. */
  heal(): void;
  /** Runs workers for a time; a new one comes after each that died. */
  run(seconds: number): Promise<void>;
  record(): Promise<Group>;
  readonly noted: readonly string[];
  close(): Promise<void>;
}

type Trap = "before" | "after" | "lost" | "refused";

const key = (id: string): string => `incident#${id}#1`;

/** Lives of the group's machine, with its real responders, over one record and one group. */
export function createLives(size: number): Lives {
  const clock = virtualClock(T0);
  const ledger = holdDuring(clock, openSqliteLedger({ file: ":memory:", clock }));
  const fleet: Fleet = { desired: size, members: new Map(), activities: [] };
  const doc = newGroup({ ...AT, name: "web" });
  const noted: string[] = [];
  const trapped: { after: number; how: Trap }[] = [];
  let launched = 0;
  const balance = (): void => {
    for (const [id, state] of fleet.members) if (state !== "InService") fleet.members.delete(id);
    while (fleet.members.size < fleet.desired) fleet.members.set(`i-${launched++}`, "InService");
    for (const id of [...fleet.members.keys()].toReversed())
      if (fleet.members.size > fleet.desired) fleet.members.delete(id);
  };
  balance();

  const settle = <T>(promise: Promise<T>): Promise<T> => clock.runUntilSettled(promise);
  const load = (): Promise<Doc<"group"> | null> => settle(ledger.load(doc.key, "group"));

  /** One worker, until it comes to rest or dies. */
  async function live(): Promise<void> {
    let dead = false;
    const never = new Promise<never>(() => {});
    let die = (): void => {};
    const death = new Promise<void>((resolve) => {
      die = () => {
        dead = true;
        resolve();
      };
    });
    const alive = <A extends readonly unknown[], R>(work: (...args: A) => Promise<R>) => {
      return async (...args: A): Promise<R> => {
        if (dead) return never;
        const result = await work(...args);
        return dead ? never : result;
      };
    };
    const write = async (change: () => void): Promise<ReturnType<typeof receipt>> => {
      const [next] = trapped;
      const how = next === undefined || next.after-- > 0 ? null : next.how;
      if (how !== null) trapped.shift();
      if (how === "before") die();
      if (dead) return never;
      if (how !== "refused") change();
      if (how === "after") die();
      if (how === "lost" || how === "refused")
        throw failed("unavailable", { service: "autoscaling", name: "Write" }, "ECONNRESET", "lost");
      return dead ? never : receipt(false, clock.now());
    };
    const aws = fakeAws({ autoScaling: groupApi(fleet, write, () => clock.now()) }).aws;
    const kept: Pick<Ledger, "load" | "commit" | "touch"> = {
      load: alive(ledger.load),
      commit: alive(ledger.commit),
      touch: alive(ledger.touch),
    };
    const deps: MachineDeps<"group"> = {
      ledger: kept,
      clock,
      wake: { at: () => Promise.resolve() },
      refresh: refreshGroup,
      isSafe: (step) => findResponder(step.responder)?.repeat === "safe",
      takeoverDelay: () => 5_000,
      onEntries: (_doc, entries) => void noted.push(...entries.map((entry) => entry.text)),
      run: (from, step) => runOne(from, step, aws),
    };
    await settle(
      Promise.race([advanceDoc(deps, doc.key, "group", { nextWakeUp: () => never, until: Infinity }), death]),
    );
  }

  const runOne: (from: Doc<"group">, step: Step, aws: Aws) => ReturnType<typeof runStep> = (from, step, aws) => {
    const found = findResponder(step.responder);
    if (found === undefined) throw new Error(`no responder ${step.responder}`);
    const over = { doc: from as Doc, now: clock.now(), clock, aws, deadline: clock.now() + 10_000 };
    return runStep(found, step, contextOf(over), () => 0.5);
  };

  const change = async (id: string, to: (had: Replacement | undefined) => Replacement | null): Promise<void> => {
    const stored = (await load()) ?? { ...doc, body: { ...doc.body, cap: 1, cooldown: 0 } };
    const next = to(stored.body.replacing[key(id)]);
    if (next !== null) await settle(ledger.commit([withReplacement(stored, key(id), next, clock.now())], []));
  };

  return {
    fleet,
    noted,
    ask: (id) => change(id, (had) => had ?? asked(id, clock.now())),
    release: (id) =>
      change(id, (had) =>
        had?.state === "launching" || had?.state === "serves"
          ? { ...had, state: "retiring", since: clock.now() }
          : null,
      ),
    die: (id) => void (fleet.members.has(id) && fleet.members.set(id, "Terminating")),
    trap: (after, how) => void trapped.push({ after, how }),
    heal: () => void trapped.splice(0),
    async run(seconds) {
      const until = clock.now() + seconds * 1_000;
      while (clock.now() < until) {
        const stored = await load();
        const due = stored?.wakeAt ?? until;
        if (due > clock.now()) await clock.runUntil(Math.min(due, until));
        if (due <= clock.now()) await live();
        if (due <= clock.now()) await clock.runUntil(clock.now() + 100);
        balance();
      }
    },
    record: async () => ((await load()) ?? doc).body,
    close: async () => ledger.close(),
  };
}

const asked = (instanceId: string, now: number): Replacement => ({
  instanceId,
  state: "asked",
  by: "raise",
  batch: null,
  reason: null,
  recommended: false,
  askedAt: now,
  since: now,
  within: 600_000,
  deadline: now + 600_000,
  onDemand: null,
  raised: 0,
  units: 1,
});

type Write = (change: () => void) => Promise<ReturnType<typeof receipt>>;

function groupApi(fleet: Fleet, write: Write, now: () => number): Partial<AutoScalingCalls> {
  const seen = (): AutoScalingGroup => ({
    ...factsWith().group!,
    desired: fleet.desired,
    max: 1_000,
    instances: [...fleet.members].map(([id, state]) => {
      return { id, state, health: "Healthy", protected: false, availabilityZone: "us-east-1a", type: null, units: 1 };
    }),
  });
  const membership = (id: string): [string, GroupMembership][] => {
    const state = fleet.members.get(id);
    return state === undefined ? [] : [[id, { instanceId: id, group: "web", state, protected: false }]];
  };
  return {
    describeGroups: async () => new Map([["web", seen()]]),
    refreshing: async () => false,
    memberships: async (_at, ids) => new Map(ids.flatMap(membership)),
    activities: async (_at, _group, since) => fleet.activities.filter((one) => one.startedAt >= since),
    setDesired: (_at, _group, desired) => write(() => (fleet.desired = desired)),
    terminateInGroup: (_at, id, decrement) =>
      write(() => {
        if (fleet.members.get(id) !== "InService") return;
        fleet.members.set(id, "Terminating");
        if (decrement) fleet.desired -= 1;
        const cause = `instance ${id} was taken out of service in response to a user request`;
        fleet.activities.push({
          id: `a-${fleet.activities.length}`,
          status: "InProgress",
          statusMessage: null,
          description: `Terminating EC2 instance: ${id}`,
          cause: decrement ? `${cause}, shrinking the capacity from ${fleet.desired + 1} to ${fleet.desired}.` : cause,
          startedAt: now(),
        });
      }),
  };
}
