import type { ResponderName } from "../respond/responders/index.ts";

/**
 * What each responder does, as people read it ("drain the container instance"). Null: it only looks, keeps books or
 * belongs to a group's own record, and nobody needs to read of it. A new responder does not compile until someone decides.
 */
const phrases: { readonly [R in ResponderName]: string | null } = {
  "look-up": null,
  "join-alert": null,
  "hold-last": "hold the last healthy target",
  "deregister-target": "deregister from target groups",
  "register-target": "register with target groups again",
  "deregister-classic": "deregister from Classic Load Balancers",
  "register-classic": "register with Classic Load Balancers again",
  "deregister-lattice": "deregister from VPC Lattice",
  "register-lattice": "register with VPC Lattice again",
  "deregister-discovery": "deregister from Cloud Map",
  "register-discovery": "register with Cloud Map again",
  "set-draining": "drain the container instance",
  "set-active": "take the container instance back into service",
  "http-drain-hook": "ask the application to drain",
  "ssm-run-command": "run a command on the instance",
  "await-command": "wait for the command to end",
  "await-targets": "wait for connections to end",
  "drain-tasks": "wait for tasks to stop",
  "complete-lifecycle": "complete the lifecycle action",
  heartbeat: null,
  "ask-replacement": "replace it early",
  "release-to-group": null,
  "verify-gone": null,
  "verify-replacement": "see a replacement serve",
  "group-gates": null,
  "group-serving": null,
  "detach-instances": null,
  "set-desired": null,
  "set-on-demand-base": null,
  "terminate-in-group": null,
  "terminate-detached": null,
};

const byName: ReadonlyMap<string, string | null> = new Map(Object.entries(phrases));

/** Words for a responder's steps; one that only a newer version knows is told by its name. */
export function phraseOf(responder: string): string | null {
  const phrase = byName.get(responder);
  return phrase === undefined ? responder : phrase;
}
