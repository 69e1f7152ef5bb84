import type { Signal } from "../model/signal.ts";

/** One plain sentence about a signal, for the journal. Times are UTC. */
export function describe(signal: Signal): string {
  const by = signal.deadline === null ? "" : `, capacity goes at ${new Date(signal.deadline).toISOString()}`;
  switch (signal.kind) {
    case "spot-interruption":
      return `Spot interruption warning (${signal.action ?? "action not told"})${by}.`;
    case "capacity-reservation-interruption":
      return `Capacity-reservation interruption warning (${signal.action ?? "action not told"})${by}.`;
    case "capacity-block-expiration":
      return `Capacity Block ${signal.reservationId} comes to its end${by}.`;
    case "fargate-spot-stop":
      return `Fargate Spot stops the task${by}.`;
    case "rebalance":
      return "Rebalance recommendation.";
    case "lifecycle-terminating":
    case "lifecycle-launching":
      return `Hook ${signal.lifecycle.hook} of group ${signal.lifecycle.group} waits while the instance is ${signal.lifecycle.transition}.`;
    case "state-change":
      return `EC2 says that the instance is ${signal.state}.`;
    case "scheduled-change":
      return signal.over
        ? `AWS Health calls off ${signal.code}, or it is done.`
        : `AWS Health announces ${signal.code}${by}.`;
    case "launch-result":
      return `Group ${signal.group} ${signal.ok ? "launched" : "failed to launch"} the instance.`;
    case "termination-result":
      if (signal.retained === true) return `Group ${signal.group} was seen to retain the instance, which runs on.`;
      return `Group ${signal.group} ${signal.ok ? "terminated" : "failed to terminate"} the instance.`;
    case "fleet-change":
      return `${signal.fleet.id} ${FLEET[signal.change]}.`;
    case "notice-withdrawn":
      return `The notice is gone from the instance's metadata${signal.resumed ? ", and its application has taken its work up again" : ""}.`;
    case "agent-state":
      return `The agent ${signal.agent} on the instance ${AGENT[signal.state]}${inBrackets(signal.outcome ?? signal.because)}.`;
    case "container-instance-change":
      return `ECS says that the container instance is ${signal.status}.`;
  }
}

const inBrackets = (text: string | null): string => (text === null ? "" : ` (${text})`);

const AGENT = {
  watching: "watches",
  draining: "brings its work to an end",
  done: "says that its work is over",
  passive: "saw its end, and brings no work to an end for it",
} as const;

const FLEET = {
  launched: "launched the instance",
  terminated: "terminated the instance",
  termination_notified: "scales down and will terminate the instance",
} as const;
