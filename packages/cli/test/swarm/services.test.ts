import { expect, test } from "vitest";
import { generateWorld } from "../../src/simulate/swarm/generate.ts";

const worlds = Array.from({ length: 1_000 }, (_, index) => generateWorld(index + 1));

test("services and tasks are what ECS allows", () => {
  for (const { services, standalone, managed, targetGroups } of worlds) {
    const known = new Map(targetGroups.map((one) => [one.name, one]));
    const families = new Map<string, string>();
    for (const service of services) {
      const { network, addresses, alternate, traffic, daemon, launch, minimumHealthyPercent, maximumPercent } = service;
      const all = [...service.targetGroups, ...(alternate === null ? [] : [alternate])];
      expect(new Set(all).size).toBe(all.length);
      const types = new Set(all.map((name) => known.get(name)?.type));
      expect([...types]).toEqual(all.length === 0 ? [] : [network === "awsvpc" ? "ip" : "instance"]);
      if (all.length > 1)
        for (const name of all) expect(["application", "network"]).toContain(known.get(name)?.balancer);
      expect(service.targetGroups.length).toBeLessThanOrEqual(5);
      if (traffic === "classic") expect([network === "awsvpc", all]).toEqual([false, []]);
      if (launch === "providers") expect(daemon).toBe(false);
      else if (launch !== "EC2") expect([daemon, network, service.large]).toEqual([false, "awsvpc", false]);
      if (launch === "Managed Instances") expect(managed.some(({ cluster }) => cluster === service.cluster)).toBe(true);
      if (service.controller !== "ECS") {
        expect([daemon, minimumHealthyPercent, maximumPercent]).toEqual([false, 100, 200]);
        expect([null, "discovery"]).toContain(traffic);
        expect(service.targetGroups.length).toBeLessThanOrEqual(1);
        for (const name of all) expect(["application", "network"]).toContain(known.get(name)?.balancer);
      }
      if (service.controller === "CODE_DEPLOY") expect([all.length, traffic]).toEqual([2, null]);
      if (service.withoutPrimary) expect(service.controller).toBe("EXTERNAL");
      if (network !== "awsvpc") expect(addresses).toBe("ipv4");
      for (const name of all) {
        const family = addresses === "ipv6" ? "ipv6" : "ipv4";
        expect(families.get(name) ?? family).toBe(family);
        families.set(name, family);
      }
      if (daemon) expect([alternate, maximumPercent]).toEqual([null, 100]);
      expect(minimumHealthyPercent).toBeLessThan(maximumPercent);
    }
    for (const { count } of standalone) expect(count).toBeLessThanOrEqual(10);
  }
});
