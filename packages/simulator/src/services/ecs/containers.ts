import { candidatesOf, parseFilter } from "./filter.ts";
import { findContainer, invalid, missing, nameOf, needCluster, needReferences, pageOf } from "./find.ts";
import { renderCluster, renderContainer, renderProvider } from "./render.ts";
import type { Operation } from "../../operation.ts";
import type { World } from "../../fleet/state.ts";
import { reader } from "../../fleet/api/input.ts";
import { regionOf } from "../../fleet/region.ts";
import { setContainerState } from "../../fleet/ecs/containers.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListClusters.html */
export const listClusters: Operation<World> = {
  service: "ecs",
  name: "ListClusters",
  mutating: false,
  run: (world, input, ctx) => {
    const page = pageOf(reader(input, invalid), [...regionOf(world, ctx.account, ctx.region).clusters.values()], 100);
    return { clusterArns: page.items.map(({ arn }) => arn), nextToken: page.next };
  },
};

/** At most 100: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeClusters.html */
export const describeClusters: Operation<World> = {
  service: "ecs",
  name: "DescribeClusters",
  mutating: false,
  run: (world, input, ctx) => {
    const names = reader(input, invalid).texts("clusters") ?? ["default"];
    if (names.length > 100) throw invalid("clusters can have at most 100 items.");
    const { clusters } = regionOf(world, ctx.account, ctx.region);
    const found = names.map((name) => ({ name, cluster: clusters.get(nameOf(name)) }));
    return {
      clusters: found.flatMap(({ cluster }) => (cluster ? [renderCluster(cluster)] : [])),
      failures: found.flatMap(({ name, cluster }) => (cluster ? [] : [missing(name)])),
    };
  },
};

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeCapacityProviders.html */
export const describeCapacityProviders: Operation<World> = {
  service: "ecs",
  name: "DescribeCapacityProviders",
  mutating: false,
  run: (world, input, ctx) => {
    const read = reader(input, invalid);
    const { capacityProviders } = regionOf(world, ctx.account, ctx.region);
    const names = read.texts("capacityProviders");
    if (names && names.length > 100) throw invalid("capacityProviders can have at most 100 items.");
    const asked = names?.map((name) => ({ name, provider: capacityProviders.get(nameOf(name)) }));
    const all = asked ? asked.flatMap(({ provider }) => (provider ? [provider] : [])) : [...capacityProviders.values()];
    const page = pageOf(read, all, 100);
    return {
      capacityProviders: page.items.map(renderProvider),
      failures: (asked ?? []).flatMap(({ name, provider }) => (provider ? [] : [missing(name)])),
      nextToken: page.next,
    };
  },
};

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListContainerInstances.html */
export const listContainerInstances: Operation<World> = {
  service: "ecs",
  name: "ListContainerInstances",
  mutating: false,
  run: (world, input, ctx) => {
    const read = reader(input, invalid);
    const cluster = needCluster(world, ctx, read);
    const filter = read.text("filter");
    const status = read.text("status");
    const all =
      filter === undefined
        ? [...cluster.containerInstances.values()]
        : candidatesOf(cluster.region, cluster, parseFilter(filter));
    const matching = all.filter((container) =>
      status === undefined ? container.status !== "INACTIVE" : container.status === status,
    );
    const page = pageOf(read, matching, 100);
    return { containerInstanceArns: page.items.map(({ arn }) => arn), nextToken: page.next };
  },
};

/** At most 100: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeContainerInstances.html */
export const describeContainerInstances: Operation<World> = {
  service: "ecs",
  name: "DescribeContainerInstances",
  mutating: false,
  run: (world, input, ctx) => {
    const read = reader(input, invalid);
    const cluster = needCluster(world, ctx, read);
    const found = needReferences(read, "containerInstances", 100).map((arn) => ({
      arn,
      container: findContainer(cluster, arn),
    }));
    return {
      containerInstances: found.flatMap(({ container }) => (container ? [renderContainer(container)] : [])),
      failures: found.flatMap(({ arn, container }) => (container ? [] : [missing(arn)])),
    };
  },
};

/** At most 10: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateContainerInstancesState.html */
export const updateContainerInstancesState: Operation<World> = {
  service: "ecs",
  name: "UpdateContainerInstancesState",
  mutating: true,
  run: (world, input, ctx) => {
    const read = reader(input, invalid);
    const cluster = needCluster(world, ctx, read);
    const status = read.needText("status");
    if (status !== "ACTIVE" && status !== "DRAINING")
      throw invalid("Container instance status should be one of [ACTIVE, DRAINING]");
    const found = needReferences(read, "containerInstances", 10).map((arn) => ({
      arn,
      container: findContainer(cluster, arn),
    }));
    for (const { container } of found) {
      if (!container) continue;
      world.oracle.effect("drain", `${container.instance.id} ${status}`, container.status === status);
      setContainerState(world, container, status);
    }
    return {
      containerInstances: found.flatMap(({ container }) => (container ? [renderContainer(container)] : [])),
      failures: found.flatMap(({ arn, container }) => (container ? [] : [missing(arn)])),
    };
  },
};
