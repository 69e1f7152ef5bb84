import { loadConfig } from "@spotkeeper/controller";
import { interrupt, type Instance, stormFleet, type VirtualClock } from "@spotkeeper/simulator";
import { openLab, QUEUE_ARN } from "../../packages/cli/src/simulate/lab.ts";
import { runToEnd } from "../../packages/cli/src/simulate/run-to-end.ts";
import type { Channel } from "../../packages/controller/src/notify/alert.ts";
import { countingDeps, everyDriver } from "./drivers.ts";

const SIZE = 1_000;
const CLUSTERS = 3;
const HANGS = "hangs";
/** assumed: how long a service takes to answer, in milliseconds. */
const ANSWERS_IN = 150;

export interface StormFigures {
  readonly clusters: number;
  /** The most messages that any channel got in the first minute. */
  readonly messages: number;
  readonly channels: number;
  /** Instances that a working channel was never told about, over all channels. */
  readonly untold: number;
  /** Milliseconds until every working channel was told about every instance. */
  readonly complete: number;
  /** Channels that never got an outcome. */
  readonly withoutOutcome: number;
}

interface MemberSource {
  readonly at: number;
  readonly outcome: boolean;
  readonly incidents: readonly string[];
}

/** Plays a storm in three clusters, told over every type of channel at its own pace, while one more channel hangs. */
export async function tellStorm(): Promise<StormFigures> {
  const { policy } = loadConfig(null, () => "");
  const told = new Map<string, MemberSource[]>();
  let victims: readonly Instance[] = [];
  const lab = await openLab({
    seed: 1,
    policy,
    overrides: policy.clusters,
    build: (wiring) => {
      const fleet = stormFleet({ ...wiring, queueArn: QUEUE_ARN, instances: SIZE, clusters: CLUSTERS, buckets: 1 });
      ({ victims } = fleet);
      return fleet.world;
    },
    channels: (clock) => channelsFor(clock, told),
  });
  try {
    await lab.warmUp();
    const began = lab.clock.now();
    for (const victim of victims) interrupt(lab.world, victim.id);
    await runToEnd(lab, () => {});
    return figuresOf(told, began, victims.length);
  } finally {
    await lab.close();
  }
}

function channelsFor(clock: VirtualClock, told: Map<string, MemberSource[]>): ReadonlyMap<string, Channel> {
  const working = [...everyDriver(countingDeps(() => {}))].map(([name, { updates, pace }]) => {
    const mine: MemberSource[] = [];
    told.set(name, mine);
    const channel: Channel = {
      updates,
      pace,
      async send({ phase, members }) {
        mine.push({ at: clock.now(), outcome: phase === "outcome", incidents: members.map((one) => one.incident) });
        await clock.sleep(ANSWERS_IN);
        return { is: "sent", receipt: null };
      },
    };
    return [name, channel] as const;
  });
  const hanging: Channel = { updates: "full", pace: null, send: () => new Promise(() => {}) };
  return new Map([[HANGS, hanging], ...working]);
}

function figuresOf(told: ReadonlyMap<string, readonly MemberSource[]>, began: number, size: number): StormFigures {
  let [messages, untold, complete, withoutOutcome] = [0, 0, 0, 0];
  for (const mine of told.values()) {
    messages = Math.max(messages, mine.filter(({ at }) => at - began < 60_000).length);
    const known = new Set<string>();
    for (const { at, incidents } of mine) {
      const before = known.size;
      for (const incident of incidents) known.add(incident);
      if (known.size > before && known.size === size) complete = Math.max(complete, at - began);
    }
    untold += size - known.size;
    if (!mine.some(({ outcome }) => outcome)) withoutOutcome += 1;
  }
  return { clusters: CLUSTERS, messages, channels: told.size, untold, complete, withoutOutcome };
}
