import type { MemberSource } from "../message/member.ts";
import type { StageInput, Passing, Stage } from "./stage.ts";
import { group } from "./stages/group.ts";
import { inactiveRoute } from "./stages/inactive-route.ts";
import { inhibitByRule } from "./stages/inhibit-by-rule.ts";
import { inhibit } from "./stages/inhibit.ts";
import { silence } from "./stages/silence.ts";
import { suppress } from "./stages/suppress.ts";

/**
 * The stages between an alert and its channels, in order. Applied at each evaluation: suppressed content is sent when
 * the reason ends. The result is sent channel by channel (next.ts): deduplicate → rate limit → send.
 */
const PIPELINE: readonly Stage[] = [group, inactiveRoute, silence, inhibitByRule, inhibit, suppress];

/** Passes members and channels through all stages. Pure. */
export function pass(members: readonly MemberSource[], channels: readonly string[], input: StageInput): Passing {
  const begin: Passing = { members, channels, withheld: [], again: null };
  return PIPELINE.reduce((passing, stage) => stage(passing, input), begin);
}
