import type { Signal } from "@spotkeeper/controller";
import { endInstance, holdMember, type Instance, interrupt, recommend, type World } from "@spotkeeper/simulator";

const ENDS: ReadonlySet<string> = new Set(["shutting-down", "terminated", "stopping", "stopped"]);

/** Changes the fleet as AWS does when it sends such a message, so that later answers agree with it. */
export function applySignal(world: World, signal: Signal): void {
  const instance = signal.subject.type === "instance" ? world.instances.get(signal.subject.id) : undefined;
  if (instance === undefined) return;
  const doomed = instance.notice?.reclaimAt !== undefined && instance.notice.reclaimAt !== null;
  switch (signal.kind) {
    case "spot-interruption":
    case "capacity-reservation-interruption":
      if (!doomed) interrupt(world, instance.id, signal.action === null ? {} : { action: signal.action });
      return;
    case "rebalance":
      if (instance.notice === null) recommend(world, instance);
      return;
    case "state-change":
      if (ENDS.has(signal.state)) end(world, instance, signal.state, doomed);
      return;
    case "lifecycle-terminating": {
      const { hook, token, destination } = signal.lifecycle;
      if (instance.member !== null && destination !== "WarmPool") holdMember(world, instance.member, hook, token);
      return;
    }
    case "lifecycle-launching":
    case "scheduled-change":
    case "capacity-block-expiration":
    case "fargate-spot-stop":
    case "container-instance-change":
    case "launch-result":
    case "fleet-change":
    case "termination-result":
    case "notice-withdrawn":
    case "agent-state":
      return;
  }
}

/** After a warning this is the reclaim, perhaps earlier than in the model; otherwise somebody ended the instance. */
function end(world: World, instance: Instance, state: string, doomed: boolean): void {
  const code = doomed ? "Server.SpotInstanceTermination" : "Client.UserInitiatedShutdown";
  endInstance(world, instance, state.startsWith("stop") ? "stop" : "terminate", { code, message: code });
}
