import { quantile } from "../packages/cli/src/simulate/quantile.ts";
import type { Row } from "./support/row.ts";
import { renderings } from "./notify/render.ts";
import { singleAlerts } from "./notify/single.ts";
import { tellStorm } from "./notify/storm.ts";

export const name = "notify";

/** Measures how soon people are told, how often and how much. All times except rendering are of the virtual clock. */
export async function run(): Promise<readonly Row[]> {
  const single = await singleAlerts();
  const storm = await tellStorm();
  return [
    { what: "single warnings told", value: single.length, unit: "alerts" },
    {
      what: "from receipt of a warning to a channel's hand, median",
      value: (quantile(single, 0.5) ?? Number.NaN) / 1_000,
      unit: "s",
    },
    {
      what: "from receipt of a warning to a channel's hand, p99",
      value: (quantile(single, 0.99) ?? Number.NaN) / 1_000,
      unit: "s",
    },
    {
      what: "storm of 1,000 in 3 clusters: channels that work, beside one that hangs",
      value: storm.channels,
      unit: "channels",
    },
    {
      what: "storm: most messages to one channel in the first minute, for each cluster",
      value: storm.messages / storm.clusters,
      unit: "messages",
    },
    { what: "storm: until every channel knows of every instance", value: storm.complete / 1_000, unit: "s" },
    { what: "storm: instances that a channel was never told of", value: storm.untold, unit: "instances" },
    { what: "storm: channels that were not told how it ended", value: storm.withoutOutcome, unit: "channels" },
    ...(await renderings()),
  ];
}
