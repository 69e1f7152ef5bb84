import { z } from "zod";
import type { Ms } from "../../clock.ts";
import { common, ignore, one } from "../event.ts";
import { deadlineSuffix } from "../deadline-suffix.ts";
import type { Kind } from "../kind.ts";
import {
  asAccount,
  asList,
  asObject,
  asRegion,
  asText,
  asZone,
  list,
  note,
  optional,
  taskArn,
  text,
  time,
} from "../shape.ts";

/** The default of `stopTimeout`: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html */
const STOP_TIMEOUT: Ms = 30_000;

/** One network interface has one address of each family; the bound keeps the document small. */
const MOST_ADDRESSES = 4;

/** `SpotInterruption` is documented by ECS; `TerminationNotice` is accepted too (assumed). */
const STOP_CODES = new Set(["SpotInterruption", "TerminationNotice"]);

const detail = z.object({
  taskArn,
  clusterArn: text(512),
  group: optional(512),
  availabilityZone: optional(64),
  stoppedReason: note(300),
  lastStatus: optional(32),
  stoppingAt: time,
  attachments: list,
  containers: list,
});

/**
 * Fargate Spot takes a task's capacity back. The task gets SIGTERM when it begins to stop, and SIGKILL after its
 * `stopTimeout`. The event does not contain this timeout: 30 s are used unless the task definition is known to have
 * more. If the event has no `stoppingAt` yet, its own time is used.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html
 */
export const fargateSpotStop: Kind<"fargate-spot-stop"> = {
  events: [["aws.ecs", "ECS Task State Change"]],
  parse(event) {
    const raw = asObject(event.detail);
    if (!STOP_CODES.has(asText(raw["stopCode"]) ?? "")) return ignore(event, "not-spot-stop");
    // Tasks on instances end with their instance, which has its own signals.
    const launchType = asText(raw["launchType"]) ?? "FARGATE";
    if (launchType === "MANAGED_INSTANCES") return ignore(event, "managed-instance");
    if (launchType !== "FARGATE") return ignore(event, "not-spot-stop");
    const clusterArn = raw["clusterArn"] ?? clusterOf(raw["taskArn"]);
    return one({ ...event, detail: { ...raw, clusterArn } }, detail, (d) => {
      const arn = d.taskArn.split(":");
      return {
        ...common(event, { type: "task", id: d.taskArn }),
        kind: "fargate-spot-stop",
        account: asAccount(arn[4]) ?? event.account,
        region: asRegion(arn[3]) ?? event.region,
        availabilityZone: asZone(d.availabilityZone) ?? event.availabilityZone,
        action: "terminate",
        deadline: (d.stoppingAt ?? event.at) + STOP_TIMEOUT,
        clusterArn: d.clusterArn,
        service: d.group?.startsWith("service:") === true ? d.group.slice("service:".length) : null,
        privateAddresses: addressesOf(d.attachments, d.containers),
        stoppedReason: d.stoppedReason,
        lastStatus: d.lastStatus,
      };
    });
  },
  notice: "minutes",
  implies: () => "ends",
  urgency: 6,
  isDated: true,
  instanceListed: false,
  describe: ({ deadline }) => `Fargate Spot stops the task${deadlineSuffix(deadline)}.`,
};

/** Reads the cluster from a task's ARN; undefined if the account still uses the short ARN format. */
function clusterOf(task: unknown): string | undefined {
  return /^(.+):task\/([\w-]+)\/[\w-]+$/
    .exec(asText(task) ?? "")
    ?.slice(1)
    .join(":cluster/");
}

/**
 * Returns the task's private addresses (IPv4, IPv6 or both), by which it is registered with its target groups.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_NetworkInterface.html
 */
function addressesOf(attachments: readonly unknown[], containers: readonly unknown[]): readonly string[] {
  const attached = attachments
    .slice(0, 16)
    .flatMap((one) => asList(asObject(one)["details"]).slice(0, 32))
    .map(asObject)
    .filter(({ name }) => name === "privateIPv4Address" || name === "ipv6Address")
    .map(({ value }) => value);
  const seen = containers
    .slice(0, 32)
    .flatMap((one) => asList(asObject(one)["networkInterfaces"]).slice(0, 8))
    .map(asObject)
    .flatMap(({ privateIpv4Address, ipv6Address }) => [privateIpv4Address, ipv6Address]);
  const all = [...attached, ...seen].map((one) => asText(one, 64)).filter((one) => one !== null);
  return [...new Set(all)].slice(0, MOST_ADDRESSES);
}
