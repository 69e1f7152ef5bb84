import {
  CompleteLifecycleActionCommand,
  DetachInstancesCommand,
  RecordLifecycleActionHeartbeatCommand,
  SetDesiredCapacityCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import type { AutoScalingCalls, HookAnswer } from "../calls/auto-scaling.ts";
import type { Receipt } from "../ask.ts";
import { leftOf, autoScalingErrorOf } from "../auto-scaling-errors.ts";
import type { AwsFailure } from "../failure.ts";
import { limits } from "../limits.ts";
import { onDemandBase } from "./on-demand-base.ts";
import { chunks, orAlready, receipt, type ServiceDeps, single } from "./service.ts";

type Writes = Pick<
  AutoScalingCalls,
  "completeLifecycle" | "heartbeat" | "detach" | "setDesired" | "setOnDemandBase" | "terminateInGroup"
>;

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DetachInstances.html */
const DETACH = 20;

const of = { service: "autoscaling", limit: limits.autoScaling };

/**
 * Creates the writes. Writes of capacity are never shared or merged: the group's document is their only author, and
 * batches them itself.
 */
export function createAutoScalingWrites({ lanes, clients, clock }: ServiceDeps): Writes {
  const complete = single<HookAnswer, Receipt>(
    { ...of, name: "CompleteLifecycleAction", share: "queued" },
    async (action, at, abortSignal) => {
      const command = new CompleteLifecycleActionCommand({ ...named(action), LifecycleActionResult: "CONTINUE" });
      return receipt(clock, await clients.autoScaling(at).send(command, { abortSignal }));
    },
  );

  const heartbeat = single<HookAnswer, Receipt>(
    { ...of, name: "RecordLifecycleActionHeartbeat", share: "queued" },
    async (action, at, abortSignal) => {
      const command = new RecordLifecycleActionHeartbeatCommand(named(action));
      return receipt(clock, await clients.autoScaling(at).send(command, { abortSignal }));
    },
  );

  const detach = single<{ readonly group: string; readonly ids: readonly string[] }, Receipt>(
    { ...of, name: "DetachInstances", share: "never" },
    async ({ group, ids }, at, abortSignal) => {
      const command = new DetachInstancesCommand({
        AutoScalingGroupName: group,
        InstanceIds: [...ids],
        ShouldDecrementDesiredCapacity: false,
      });
      return receipt(clock, await clients.autoScaling(at).send(command, { abortSignal }));
    },
  );

  const setDesired = single<{ readonly group: string; readonly desired: number }, Receipt>(
    { ...of, name: "SetDesiredCapacity", share: "never" },
    async ({ group, desired }, at, abortSignal) => {
      const command = new SetDesiredCapacityCommand({
        AutoScalingGroupName: group,
        DesiredCapacity: desired,
        HonorCooldown: false,
      });
      return receipt(clock, await clients.autoScaling(at).send(command, { abortSignal }));
    },
  );

  const terminate = single<{ readonly id: string; readonly decrement: boolean }, Receipt>(
    { ...of, name: "TerminateInstanceInAutoScalingGroup", share: "never" },
    async ({ id, decrement }, at, abortSignal) => {
      const command = new TerminateInstanceInAutoScalingGroupCommand({
        InstanceId: id,
        ShouldDecrementDesiredCapacity: decrement,
      });
      return receipt(clock, await clients.autoScaling(at).send(command, { abortSignal }));
    },
  );

  const distribute = onDemandBase({ clients, clock });

  return {
    completeLifecycle: (at, action, ask) => orAlready(clock, lanes.ask(at, complete, "", action, ask), isOver),
    heartbeat: (at, action, ask) => orAlready(clock, lanes.ask(at, heartbeat, "", action, ask), isOver),
    async detach(at, group, ids, ask) {
      let last: Receipt = { requestId: null, at: clock.now(), already: true };
      for (const part of chunks(ids, DETACH)) {
        const one = lanes.ask(at, detach, "", { group, ids: part }, ask);
        // One instance that has left fails the call for all: the caller then reads the group again, and repeats the
        // call for the others.
        last = await (part.length === 1 ? orAlready(clock, one, (failure) => leftOf(failure, part).length > 0) : one);
      }
      return last;
    },
    setDesired: (at, group, desired, ask) => lanes.ask(at, setDesired, "", { group, desired }, ask),
    setOnDemandBase: (at, group, base, ask) => lanes.ask(at, distribute, "", { group, base }, ask),
    terminateInGroup: (at, id, decrement, ask) =>
      orAlready(
        clock,
        lanes.ask(at, terminate, "", { id, decrement }, ask),
        (failure) => autoScalingErrorOf(failure) === "inNoGroup",
      ),
  };
}

/** Identifies a lifecycle action by its token or, if a forwarded message has none, by the instance. */
const named = ({ group, hook, instanceId, token }: HookAnswer) => ({
  AutoScalingGroupName: group,
  LifecycleHookName: hook,
  InstanceId: instanceId,
  ...(token === null ? {} : { LifecycleActionToken: token }),
});

const isOver = (failure: AwsFailure): boolean => autoScalingErrorOf(failure) === "noAction";
