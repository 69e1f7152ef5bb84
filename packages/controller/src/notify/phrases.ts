import type { ResponderName } from "../respond/responders/index.ts";

interface Phrase {
  readonly words: string;
  /** Alerts and screens tell of it. What only looks, keeps books or belongs to a group's own record is of no use there. */
  readonly told: boolean;
}

const told = (words: string): Phrase => ({ words, told: true });
const quiet = (words: string): Phrase => ({ words, told: false });

/** What each responder does, as people read it. A new responder does not compile until someone decides. */
const phrases: { readonly [R in ResponderName]: Phrase } = {
  "look-up": quiet("look up what it is and what is at stake"),
  "look-around": quiet("look for it in all load balancers"),
  "join-alert": quiet("tell people"),
  "hold-last": told("hold the last healthy target"),
  "deregister-target": told("deregister from target groups"),
  "register-target": told("register with target groups again"),
  "deregister-classic": told("deregister from Classic Load Balancers"),
  "register-classic": told("register with Classic Load Balancers again"),
  "deregister-lattice": told("deregister from VPC Lattice"),
  "register-lattice": told("register with VPC Lattice again"),
  "deregister-discovery": told("deregister from Cloud Map"),
  "register-discovery": told("register with Cloud Map again"),
  "set-draining": told("drain the container instance"),
  "set-active": told("take the container instance back into service"),
  "http-drain-hook": told("ask the application to drain"),
  "ssm-run-command": told("run a command on the instance"),
  "await-command": told("wait for the command to end"),
  "await-targets": told("wait for connections to end"),
  "drain-tasks": told("wait for tasks to stop"),
  "await-work": told("wait until the work on it is over"),
  "complete-lifecycle": told("complete the lifecycle action"),
  heartbeat: quiet("keep the lifecycle hook waiting"),
  "ask-replacement": told("replace it early"),
  "release-to-group": quiet("see its group to the end of what was begun for it"),
  "verify-gone": quiet("see it go"),
  "end-retained": told("end it, since its group retains it"),
  "verify-replacement": told("see a replacement serve"),
  "group-gates": quiet("see whether early replacement is allowed now"),
  "group-serving": quiet("see the new instances serve"),
  "detach-instances": quiet("detach it, so that the group launches another"),
  "set-desired": quiet("raise or lower the desired capacity"),
  "set-on-demand-base": quiet("raise or lower the On-Demand base"),
  "terminate-in-group": quiet("terminate it in its group"),
  "terminate-detached": quiet("terminate what was detached"),
};

const byName: ReadonlyMap<string, Phrase> = new Map(Object.entries(phrases));

/** Words for a responder's steps; null where people need not read of it. One that only a newer version knows is told by its name. */
export function phraseOf(responder: string): string | null {
  const phrase = byName.get(responder);
  if (phrase === undefined) return responder;
  return phrase.told ? phrase.words : null;
}

/** Words for any step, for those who look at the whole plan. */
export const wordsOf = (responder: string): string => byName.get(responder)?.words ?? responder;
