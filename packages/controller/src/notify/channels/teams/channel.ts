import { z } from "zod";
import type { Channel, Pace } from "../../alert.ts";
import type { ChannelDeps, ChannelFactory } from "../channel.ts";
import { jsonRequest } from "../../../http/json-request.ts";
import { allow as allowed, urlOrReference } from "../support/options.ts";
import { teamsMessage } from "./rendering.ts";
import { type Accepted, badCredentials, ofHttp } from "../support/result.ts";
import { isPage } from "../support/unexpected.ts";
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
 * A workflow answers 202 without a body; with a Response action of its own it answers what that says, beside the id of
 * its run (https://learn.microsoft.com/en-us/azure/connectors/connectors-native-reqres). The connectors before it
 * answered 200 with `1`, also with the text of an error.
 */
const STARTED: Accepted = {
  says: "a workflow's 202",
  receipt: (answer) => {
    const text = answer.text.trim();
    const isRun = answer.header("x-ms-workflow-run-id") !== null;
    return !isPage(answer) && (isRun || answer.status === 202 || text === "" || text === "1") ? null : undefined;
  },
};

/**
 * Addresses of workflows until 2025-11-30; new ones are below api.powerplatform.com:
 * https://learn.microsoft.com/en-us/power-automate/oauth-authentication ("changes to HTTP trigger flows").
 */
const ended = (url: string): boolean => URL.parse(url)?.hostname.endsWith(".logic.azure.com") === true;
const ENDED =
  "Microsoft ended the addresses of workflows at logic.azure.com on 2025-11-30; copy the new one (…api.powerplatform.com) from the workflow's trigger";

/**
 * Sends an Adaptive Card for each update to a workflow "When a Teams webhook request is received". It answers 202
 * before it posts, so errors in the workflow are visible only in its run history.
 */
export const teamsChannel: ChannelFactory<z.ZodType<TeamsOptions>> = {
  options: z.strictObject({ type: z.literal("teams"), url: urlOrReference, allow: allowed }),
  warning: ({ url }) => (ended(url) ? ENDED : null),
  create({ url, allow = [] }: TeamsOptions, deps: ChannelDeps): Channel {
    const http = deps.http(allow);
    return {
      updates: "material",
      pace: PACE,
      send: sendWith(deps.secret, { url }, async ({ url: target }, model, _previous, signal) => {
        const result = ofHttp(await http(jsonRequest("POST", target, teamsMessage(model)), signal), STARTED);
        return result.is === "sent" || !ended(target) ? result : badCredentials(`${result.reason}; ${ENDED}`);
      }),
    };
  },
};
