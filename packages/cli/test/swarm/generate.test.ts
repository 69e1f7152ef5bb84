import { expect, test } from "vitest";
import { partitionOf } from "@spotkeeper/simulator";
import { generateWorld } from "../../src/simulate/swarm/generate.ts";
import { DIMENSIONS } from "../../src/simulate/swarm/world.ts";

const seeds = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

test("a seed gives one world, and another seed another", () => {
  expect(generateWorld(7)).toEqual(generateWorld(7));
  expect(generateWorld(7)).not.toEqual(generateWorld(8));
});

test("every dimension is met, and none by every world", () => {
  const worlds = seeds(2_000).map(generateWorld);
  const met = Object.entries(DIMENSIONS).map(([name, has]) => [name, worlds.filter(has).length] as const);
  expect(met.filter(([, count]) => count === 0 || count === worlds.length)).toEqual([]);
});

test("an item refers to items of its own place alone, and all places are of one partition", () => {
  for (const { places, groups, alone, services, targetGroups, byHand, owners } of seeds(500).map(generateWorld)) {
    expect(new Set(places.map(({ region }) => partitionOf(region))).size).toBe(1);
    expect(new Set(places.map(({ account, region }) => `${account}/${region}`)).size).toBe(places.length);
    const placeOf = new Map([...targetGroups, ...groups, ...alone].map(({ name, place }) => [name, place]));
    expect(placeOf.size).toBe(targetGroups.length + groups.length + alone.length);
    for (const group of groups) for (const name of group.targetGroups) expect(placeOf.get(name)).toBe(group.place);
    for (const { place, cluster } of services)
      expect([...groups, ...alone].some((one) => one.place === place && one.cluster === cluster)).toBe(true);
    for (const { place, targetGroups: own, alternate } of services)
      for (const name of [...own, ...(alternate === null ? [] : [alternate])]) expect(placeOf.get(name)).toBe(place);
    for (const { group, targetGroup } of byHand) expect(placeOf.get(targetGroup)).toBe(placeOf.get(group));
    for (const { group } of owners) expect(placeOf.has(group)).toBe(true);
  }
});

test("worlds are what AWS allows", () => {
  for (const { groups, alone, services, targetGroups, byHand, events } of seeds(500).map(generateWorld)) {
    const typeOf = new Map(targetGroups.map(({ name, type }) => [name, type]));
    const clusters = new Set([...groups, ...alone].flatMap(({ cluster }) => cluster ?? []));
    for (const { delay } of targetGroups) expect(delay).toBeLessThanOrEqual(3_600);
    for (const group of groups) for (const name of group.targetGroups) expect(typeOf.get(name)).toBe("instance");
    for (const { targetGroup } of byHand) expect(typeOf.has(targetGroup)).toBe(true);
    for (const { cluster, stopTimeout } of services) {
      expect(clusters).toContain(cluster);
      // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html (stopTimeout)
      expect(stopTimeout ?? 2).toBeLessThanOrEqual(120);
    }
    expect(events.length).toBeGreaterThan(0);
  }
});
