import type { Fault } from "../faults.ts";
import { befalls, befallsTasks, both, either, isAnswered, mayDoAll, mayNotDrain, WARNINGS } from "./worlds.ts";

/** What an instance is registered as with ECS, and what its services are behind. */
export const FAULTS_OF_REGISTRATIONS: readonly Fault[] = [
  {
    name: "one registration is drained",
    loses: "an instance that is registered twice with ECS keeps one of the two in service, and its tasks are killed",
    needs: ["instance registered twice"],
    changes: [
      {
        code: "return (inUse.length === 0 ? all : inUse).map(({ arn, clusterArn, status }) => {",
        instead: "return (inUse.length === 0 ? all : inUse).slice(-1).map(({ arn, clusterArn, status }) => {",
      },
    ],
  },
  {
    name: "the oldest registration counts",
    loses: "what an agent left behind is taken for the instance, and the live one is not drained",
    needs: ["instance registered twice"],
    changes: [
      {
        code: "const inUse = all.filter((one) => idFor.has(one.arn) || one.agentConnected || carriesTasks(one, facts));",
        instead: "const inUse = all.filter((one) => idFor.has(one.arn) || !one.agentConnected);",
      },
    ],
  },
  {
    name: "only the target groups of groups and services",
    seed: 12,
    loses: "a target that somebody registered by hand takes connections until its instance is gone",
    needs: ["target registered by hand"],
    changes: [{ code: "lead(one.targetGroupArn).ids.add(one.id);", instead: "void one;" }],
  },
  {
    name: "no look around",
    loses: "with an empty inventory a target that somebody registered by hand is not found",
    needs: ["target registered by hand", "empty inventory"],
    changes: [
      {
        code: `return [step(LOOK_AROUND, "look-around", {}, { after: [ALL_LOOK_UPS], notBefore, abandonAt })];`,
        instead: "return [];",
      },
    ],
  },
  {
    name: "alternate target groups are not followed",
    test: "packages/controller/test/flow/blue-green.test.ts",
    missed: "10 worlds that had what it needs did not show it",
    loses: "a task of a blue/green service takes connections until its instance is gone",
    needs: ["blue and green target groups"],
    where: both(
      either(mayNotDrain, both(mayDoAll, isAnswered)),
      befallsTasks(WARNINGS, ({ deploying, alternate }) => deploying && alternate !== null),
    ),
    changes: [{ code: "{ arn: alternate, containerPort, pair: targetGroupArn },", instead: "" }],
  },
  {
    name: "IPv4 addresses only",
    test: "packages/controller/test/flow/ipv6.test.ts",
    missed: "6 worlds that had what it needs did not show it",
    loses: "a task in an IPv6-only subnet takes connections until its instance is gone",
    needs: ["tasks with IPv6 addresses only"],
    where: both(
      mayNotDrain,
      befallsTasks(WARNINGS, (one) => one.addresses === "ipv6" && one.targetGroups.length > 0),
    ),
    changes: [
      {
        code: `new Set(["privateIPv4Address", "ipv6Address"])`,
        instead: `new Set(["privateIPv4Address"])`,
      },
      {
        code: "[privateIpv4Address, ipv6Address]), ); return [...new Set([...attached",
        instead: "[privateIpv4Address]), ); return [...new Set([...attached",
      },
    ],
  },
  {
    name: "traffic sources of load balancers are not read",
    test: "packages/controller/test/inventory/target-groups.test.ts",
    missed: "the look at all load balancers finds the same targets",
    loses: "a group attached by a traffic source keeps its targets in service",
    where: befalls(WARNINGS, (one) => one.asTrafficSources && one.targetGroups.length > 0),
    changes: [
      {
        code: `return [...new Set([...group.targetGroupArns, ...sources])];`,
        instead: `return [...new Set(sources.length < 0 ? sources : group.targetGroupArns)];`,
      },
    ],
  },
  {
    name: "VPC Lattice is not followed",
    loses: "a target of VPC Lattice takes connections until its instance is gone",
    needs: ["VPC Lattice of a group"],
    changes: [
      {
        code: "...facts.latticeTargets.map(({ targetGroup, id, port }) =>",
        instead: "...[].map(({ targetGroup, id, port }) =>",
      },
    ],
  },
  {
    name: "Cloud Map is not followed",
    test: "packages/controller/test/flow/undo.test.ts",
    seed: 545,
    loses: "names of Cloud Map lead to a task until its instance is gone",
    needs: ["Cloud Map"],
    where: both(
      mayNotDrain,
      befallsTasks(WARNINGS, ({ traffic }) => traffic === "discovery"),
    ),
    changes: [
      {
        code: "...facts.discovery.map(({ serviceId, instanceId, attributes }) =>",
        instead: "...[].map(({ serviceId, instanceId, attributes }) =>",
      },
    ],
  },
  {
    name: "drained before it was looked",
    loses: "what a look finds after the drain began is left in service",
    changes: [
      {
        code: "const lookedUp = body.steps.every((step) => !LOOKS.has(step.responder) || isSettled(step));",
        instead: "const lookedUp = true;",
      },
    ],
  },
];
