import { interrupt, stormFleet, type Instance } from "@spotkeeper/simulator";
import { loadConfig } from "@spotkeeper/controller";
import type { ArchivedIncident } from "../../packages/controller/src/record/archive/archive.ts";
import { openLab, QUEUE_ARN } from "../../packages/cli/src/simulate/lab.ts";
import { runToEnd } from "../../packages/cli/src/simulate/run-to-end.ts";

const DAY = 86_400_000;
/** Three years. */
export const FIRST: number = Date.UTC(2023, 0, 1);
export const LAST: number = FIRST + 1_096 * DAY;

const GROUPS = 600;
const TYPES = 90;
const REGIONS = [
  "eu-west-1",
  "eu-west-2",
  "eu-central-1",
  "us-east-1",
  "us-east-2",
  "us-west-2",
  "ap-south-1",
  "ap-northeast-1",
];
const LETTERS = ["a", "b", "c"];
const OUTCOMES = [
  ["drained", 0.93],
  ["deadline-passed", 0.02],
  ["missed-notice", 0.02],
  ["cancelled", 0.03],
] as const;

/** Returns closed incidents with their timelines, as the real flow makes them in a small storm. */
export async function closedIncidents(): Promise<readonly ArchivedIncident[]> {
  const { policy } = loadConfig(null, () => "");
  let victims: readonly Instance[] = [];
  const lab = await openLab({
    seed: 1,
    policy,
    overrides: policy.clusters,
    build: (wiring) => {
      const fleet = stormFleet({ ...wiring, instances: 30, clusters: 3, buckets: 1, queueArn: QUEUE_ARN });
      ({ victims } = fleet);
      return fleet.world;
    },
  });
  try {
    await lab.warmUp();
    for (const { id } of victims) interrupt(lab.world, id);
    await runToEnd(lab, () => {});
    const closed: ArchivedIncident[] = [];
    // One after another: each read runs the virtual clock.
    for (const [key, incident] of lab.incidents)
      closed.push({ key, version: 1, incident, timeline: await lab.history(key) });
    return closed;
  } finally {
    await lab.close();
  }
}

/**
 * Returns a function that makes the next incident of a history of three years, oldest first: groups by Zipf's law, and
 * storms, since reclaims come in clusters. Each has the text of a real one.
 */
export function createHistory(samples: readonly ArchivedIncident[], incidents: number): () => ArchivedIncident {
  const random = mulberry(7);
  const texts = samples.map((sample) => ({ text: JSON.stringify(sample), id: sample.incident.subject.id }));
  let made = 0;
  let left = 0;
  let storm = { group: "", region: "", zone: "", type: "" };
  return () => {
    if (left-- <= 0) {
      const region = pick(REGIONS, random());
      storm = {
        group: `group-${Math.floor(GROUPS ** random())}`,
        region,
        zone: region + pick(LETTERS, random()),
        type: `type-${Math.floor(TYPES * random() ** 2)}.xlarge`,
      };
      left = Math.floor(20 * random() ** 4);
    }
    const { text, id } = pick(texts, random());
    const own = `i-${Math.floor(random() * 2 ** 48)
      .toString(16)
      .padStart(12, "0")}${(made % 0xfffff).toString(16).padStart(5, "0")}`;
    const { incident, timeline } = JSON.parse(text.replaceAll(id, own)) as ArchivedIncident;
    const openedAt = Math.floor(FIRST + ((LAST - FIRST) * made++) / incidents);
    const late = openedAt - incident.openedAt;
    const at = (time: number | null): number | null => (time === null ? null : time + late);
    return {
      key: `incident#${own}#1`,
      version: 1,
      incident: {
        ...incident,
        openedAt,
        region: storm.region,
        availabilityZone: storm.zone,
        deadline: at(incident.deadline),
        drainedAt: at(incident.drainedAt),
        closedAt: at(incident.closedAt),
        outcome: outcomeBy(random()),
        labels: { ...incident.labels, group: storm.group, instanceType: storm.type },
      },
      timeline: timeline.map((entry) => ({ ...entry, at: entry.at + late })),
    };
  };
}

function pick<T>(values: readonly T[], share: number): T {
  const value = values[Math.floor(share * values.length)];
  if (value === undefined) throw new RangeError("There is nothing to pick from.");
  return value;
}

function outcomeBy(share: number): (typeof OUTCOMES)[number][0] {
  let sum = 0;
  for (const [outcome, part] of OUTCOMES) if (share < (sum += part)) return outcome;
  return "drained";
}

/** A small generator of numbers, so that each run has the same history. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
