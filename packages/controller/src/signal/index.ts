import type { Kind } from "./kind.ts";
import { agentState } from "./kinds/agent-state.ts";
import { capacityBlockExpiration } from "./kinds/capacity-block-expiration.ts";
import { capacityReservationInterruption } from "./kinds/capacity-reservation-interruption.ts";
import { containerInstanceChange } from "./kinds/container-instance-change.ts";
import { fargateSpotStop } from "./kinds/fargate-spot-stop.ts";
import { fleetChange } from "./kinds/fleet-change.ts";
import { launchResult } from "./kinds/launch-result.ts";
import { lifecycleLaunching } from "./kinds/lifecycle-launching.ts";
import { lifecycleTerminating } from "./kinds/lifecycle-terminating.ts";
import { noticeWithdrawn } from "./kinds/notice-withdrawn.ts";
import { rebalance } from "./kinds/rebalance.ts";
import { scheduledChange } from "./kinds/scheduled-change.ts";
import { spotInterruption } from "./kinds/spot-interruption.ts";
import { stateChange } from "./kinds/state-change.ts";
import { terminationResult } from "./kinds/termination-result.ts";
import type { SignalKind } from "../model/signal.ts";

/** Registry of all kinds of signal. A new kind is one file and one line. */
export const kinds: { readonly [K in SignalKind]: Kind<K> } = {
  "spot-interruption": spotInterruption,
  rebalance,
  "lifecycle-terminating": lifecycleTerminating,
  "lifecycle-launching": lifecycleLaunching,
  "state-change": stateChange,
  "scheduled-change": scheduledChange,
  "capacity-reservation-interruption": capacityReservationInterruption,
  "capacity-block-expiration": capacityBlockExpiration,
  "fargate-spot-stop": fargateSpotStop,
  "container-instance-change": containerInstanceChange,
  "launch-result": launchResult,
  "termination-result": terminationResult,
  "fleet-change": fleetChange,
  "notice-withdrawn": noticeWithdrawn,
  "agent-state": agentState,
};

/** The names of all kinds. */
export const signalKinds = Object.keys(kinds) as [SignalKind, ...SignalKind[]];
