import { expect, test } from "vitest";
import { createGroup } from "../../src/fleet/index.ts";
import { createBench, startAt } from "./support.ts";

const NAME = { AutoScalingGroupName: "web" };
const filter = (Name: string, ...Values: string[]) => ({ Filters: [{ Name, Values }] });
const iso = (seconds: number): string => new Date(startAt + seconds * 1_000).toISOString();

/** A group that grew by one after a minute and again after two. */
async function prepare() {
  const bench = createBench();
  createGroup(bench.world, bench.region, { name: "web", desired: 1, max: 5, types: ["m5.large"] });
  for (const DesiredCapacity of [2, 3]) {
    await bench.after(60_000);
    await bench.call("SetDesiredCapacity", { ...NAME, DesiredCapacity });
  }
  await bench.after(600_000);
  const begun = async (input: object): Promise<number[]> => {
    const { Activities } = await bench.call("DescribeScalingActivities", { ...NAME, ...input });
    return (Activities as { StartTime: Date }[]).map(({ StartTime }) => (StartTime.getTime() - startAt) / 1_000);
  };
  return { ...bench, begun };
}

test("activities are filtered by when they began, and by their status", async () => {
  const { begun } = await prepare();
  const [newest = 0, oldest = 0] = await begun({});
  expect(await begun(filter("StartTimeLowerBound", iso(newest)))).toEqual([newest]);
  expect(await begun(filter("StartTimeUpperBound", iso(oldest)))).toEqual([oldest]);
  expect(await begun(filter("Status", "Successful"))).toEqual([newest, oldest]);
  expect(await begun(filter("Status", "Failed"))).toEqual([]);
});

test("a filter that is not known or not a time, and a status without its group, are refused", async () => {
  const { failure } = await prepare();
  const refused = (input: object): Promise<string> => failure("DescribeScalingActivities", input as never);
  expect(await refused({ ...NAME, ...filter("EndTime", iso(0)) })).toBe("ValidationError");
  expect(await refused({ ...NAME, ...filter("StartTimeLowerBound", "yesterday") })).toBe("ValidationError");
  expect(await refused(filter("Status", "Failed"))).toBe("ValidationError");
});
