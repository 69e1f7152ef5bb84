import type { Responder } from "../responder.ts";
import { askReplacement } from "./ask-replacement.ts";
import { awaitCommand } from "./await-command.ts";
import { awaitTargets } from "./await-targets.ts";
import { awaitWork } from "./await-work.ts";
import { completeLifecycle } from "./complete-lifecycle.ts";
import { deregisterClassic, registerClassic } from "./deregister-classic.ts";
import { deregisterDiscovery, registerDiscovery } from "./deregister-discovery.ts";
import { deregisterLattice, registerLattice } from "./deregister-lattice.ts";
import { deregisterTarget, registerTarget } from "./deregister-target.ts";
import { detachInstances } from "./detach-instances.ts";
import { drainTasks } from "./drain-tasks.ts";
import { endRetained } from "./end-retained.ts";
import { groupGates } from "./group-gates.ts";
import { groupServing } from "./group-serving.ts";
import { heartbeat } from "./heartbeat.ts";
import { holdLast } from "./hold-last.ts";
import { httpDrainHook } from "./http-drain-hook.ts";
import { joinAlert } from "./join-alert.ts";
import { lookAround } from "./look-around.ts";
import { lookUp } from "./look-up.ts";
import { releaseToGroup } from "./release-to-group.ts";
import { setActive, setDraining } from "./set-draining.ts";
import { setDesired } from "./set-desired.ts";
import { setOnDemandBase } from "./set-on-demand-base.ts";
import { ssmRunCommand } from "./ssm-run-command.ts";
import { terminateDetached } from "./terminate-detached.ts";
import { terminateInGroup } from "./terminate-in-group.ts";
import { verifyGone } from "./verify-gone.ts";
import { verifyReplacement } from "./verify-replacement.ts";

/** Registry of responders, by the name in plans. A new one is a file and a line. */
export const responders = {
  "look-up": lookUp,
  "look-around": lookAround,
  "join-alert": joinAlert,
  "hold-last": holdLast,
  "deregister-target": deregisterTarget,
  "deregister-classic": deregisterClassic,
  "deregister-lattice": deregisterLattice,
  "deregister-discovery": deregisterDiscovery,
  "set-draining": setDraining,
  "ask-replacement": askReplacement,
  "http-drain-hook": httpDrainHook,
  "ssm-run-command": ssmRunCommand,
  "await-command": awaitCommand,
  "await-targets": awaitTargets,
  "drain-tasks": drainTasks,
  "await-work": awaitWork,
  heartbeat,
  "complete-lifecycle": completeLifecycle,
  "release-to-group": releaseToGroup,
  "verify-gone": verifyGone,
  "end-retained": endRetained,
  "verify-replacement": verifyReplacement,
  "register-target": registerTarget,
  "register-classic": registerClassic,
  "register-lattice": registerLattice,
  "register-discovery": registerDiscovery,
  "set-active": setActive,
  "group-gates": groupGates,
  "group-serving": groupServing,
  "detach-instances": detachInstances,
  "set-desired": setDesired,
  "set-on-demand-base": setOnDemandBase,
  "terminate-in-group": terminateInGroup,
  "terminate-detached": terminateDetached,
} satisfies Record<string, Responder>;

export type ResponderName = keyof typeof responders;

const isKnown = (name: string): name is ResponderName => Object.hasOwn(responders, name);

/** Finds a responder by name; returns undefined for one that only a newer version has. */
export const findResponder = (name: string): Responder | undefined => (isKnown(name) ? responders[name] : undefined);
