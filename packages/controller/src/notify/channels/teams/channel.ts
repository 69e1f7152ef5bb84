import { z } from "zod";
import type { Channel, Pace } from "../../alert.ts";
import type { ChannelDeps, ChannelFactory } from "../channel.ts";
import { jsonRequest } from "../../../http/json-request.ts";
import { allow as allowed, urlOrReference } from "../support/options.ts";
import { teamsMessage } from "./rendering.ts";
import { ofHttp } from "../support/result.ts";
import { sendWith } from "../support/secrets.ts";

export interface TeamsOptions {
  readonly type: "teams";
  /** The URL of a workflow's trigger, or a reference to it, since its signature is a secret. */
  readonly url: string;
  /** Hosts, addresses and ranges that may be called although they are not public. */
  readonly allow?: readonly string[] | undefined;
}

/** More than four a second are throttled: https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook */
const PACE: Pace = { every: 1_000, burst: 4 };

/**
 * Sends an Adaptive Card for each update to a workflow "When a Teams webhook request is received". It answers 202
 * before it posts, so errors in the workflow are visible only in its run history.
 */
export const teamsChannel: ChannelFactory<z.ZodType<TeamsOptions>> = {
  options: z.strictObject({ type: z.literal("teams"), url: urlOrReference, allow: allowed }),
  create({ url, allow = [] }: TeamsOptions, deps: ChannelDeps): Channel {
    const http = deps.http(allow);
    return {
      updates: "material",
      pace: PACE,
      send: sendWith(deps.secret, { url }, async ({ url: target }, model, _previous, signal) =>
        ofHttp(await http(jsonRequest("POST", target, teamsMessage(model)), signal), null),
      ),
    };
  },
};
