import type { z } from "zod";
import type { ChannelFactory } from "./channel.ts";
import { genieChannel, type GenieOptions, genieOptions } from "./support/genie.ts";

/**
 * Sends alerts to the operations part of Jira Service Management, by integration events:
 * https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-integration-events/
 */
export const jsmOpsChannel: ChannelFactory<z.ZodType<GenieOptions<"jsm-ops">>> = {
  options: genieOptions("jsm-ops", "https://api.atlassian.com/jsm/ops/integration"),
  create: genieChannel,
};
