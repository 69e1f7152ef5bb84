import {
  attachGroup,
  createCluster,
  createGroup,
  createService,
  createTargetGroup,
  defineTask,
  interrupt,
} from "../../src/fleet/index.ts";
import { describe, expect, test } from "vitest";
import { createBench } from "./support.ts";

const both = [false, true];
const cases = both.flatMap((managedDraining) =>
  both.flatMap((agentSpotDraining) =>
    both.flatMap((capacityRebalance) =>
      both.map((ours) => ({ managedDraining, agentSpotDraining, capacityRebalance, ours })),
    ),
  ),
);

const hook = {
  name: "graceful-shutdown-hook",
  transition: "autoscaling:EC2_INSTANCE_TERMINATING",
  heartbeatTimeout: 60,
  defaultResult: "CONTINUE",
} as const;

describe.each(cases)(
  "managed $managedDraining, agent $agentSpotDraining, rebalancing $capacityRebalance, ours $ours",
  (it) => {
    test("one interruption ends well and leaves nothing behind", async () => {
      const bench = createBench();
      const cluster = createCluster(bench.region, "prod");
      const group = createGroup(bench.world, bench.region, {
        name: "nodes",
        desired: 3,
        max: 4,
        types: ["m5.large"],
        capacityRebalance: it.capacityRebalance,
        hooks: [hook],
      });
      attachGroup(bench.world, cluster, group, it);
      const targetGroup = createTargetGroup(bench.world, bench.region, {
        name: "web",
        targetType: "ip",
        deregistrationDelay: 10,
        loadBalancer: "lb",
      });
      const definition = defineTask(bench.region, { family: "web", stopTimeout: 20 });
      const web = createService(bench.world, cluster, { name: "web", definition, desired: 3, targetGroup });
      const [doomed] = group.members.values();
      const container = doomed?.instance.containerInstance;
      if (!doomed || !container) throw new Error("nobody to interrupt");
      interrupt(bench.world, doomed.instance.id, { rebalanceLead: 90_000 });
      await bench.after(90_500);
      if (it.ours && container.status === "ACTIVE" && !doomed.state.startsWith("Terminating")) {
        await bench.call("UpdateContainerInstancesState", {
          cluster: "prod",
          containerInstances: [container.arn],
          status: "DRAINING",
        });
      }
      await bench.after(480_000);
      expect(bench.world.oracle.duplicates()).toEqual([]);
      expect(bench.world.oracle.leftovers()).toEqual({
        detachedRunning: [],
        raised: [],
        onDemandRaised: [],
        openActions: [],
      });
      expect([...group.members.values()].map(({ state }) => state)).toEqual(["InService", "InService", "InService"]);
      expect(bench.world.oracle.effects().filter(({ kind }) => kind === "launch")).toHaveLength(1);
      expect([...web.tasks].map(({ lastStatus }) => lastStatus)).toEqual(["RUNNING", "RUNNING", "RUNNING"]);
      expect(targetGroup.targets.size).toBe(3);
      // Managed draining alone hears of a reclaim when the instance is gone: the tasks die with it.
      const helped = it.ours || it.agentSpotDraining || (it.managedDraining && it.capacityRebalance);
      if (helped) expect(bench.world.oracle.factsOf(doomed.instance.id)?.tasksKilled).toEqual([]);
    });
  },
);
