import type { Told } from "../message/member.ts";
import type { Look, Passing, Stage } from "./stage.ts";
import { group } from "./stages/group.ts";
import { inhibit } from "./stages/inhibit.ts";
import { silence } from "./stages/silence.ts";
import { suppress } from "./stages/suppress.ts";

/**
 * What stands between an alert and the people, in order. It is asked anew at each look: what is withheld is told when its
 * reason falls away. What goes through is told channel by channel (next.ts): deduplicate → rate limit → send.
 */
const PIPELINE: readonly Stage[] = [group, silence, inhibit, suppress];

/** Pure. */
export function pass(members: readonly Told[], channels: readonly string[], look: Look): Passing {
  const begin: Passing = { members, channels, withheld: [], again: null };
  return PIPELINE.reduce((passing, stage) => stage(passing, look), begin);
}
