import {
  createCluster,
  type Instance,
  loseAgent,
  registerAgain,
  setContainerState,
  type World,
} from "@spotkeeper/simulator";
import type { ContainerItem } from "../dimensions/containers.ts";

/** The cluster that an ECS agent was configured with by mistake. */
const OTHER_CLUSTER = "default";

/** Changes an instance's registration with ECS as the item says; does nothing if it is in no cluster. */
export function buildContainer(world: World, instance: Instance, { is }: ContainerItem): void {
  const { containerInstance, region } = instance;
  if (containerInstance === null) return;
  switch (is) {
    case "in another cluster, too":
      registerAgain(world, instance, region.clusters.get(OTHER_CLUSTER) ?? createCluster(region, OTHER_CLUSTER));
      break;
    case "without its agent":
      loseAgent(world, containerInstance);
      break;
    case "DRAINING":
      setContainerState(world, containerInstance, "DRAINING");
      break;
  }
}
