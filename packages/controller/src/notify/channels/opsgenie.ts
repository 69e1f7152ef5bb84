import type { z } from "zod";
import type { ChannelFactory } from "./channel.ts";
import { genieChannel, type GenieOptions, genieOptions } from "./support/genie.ts";

/**
 * Sends alerts to Opsgenie, as long as it exists: https://docs.opsgenie.com/docs/api-overview ("reaching end of
 * support").
 */
export const opsgenieChannel: ChannelFactory<z.ZodType<GenieOptions<"opsgenie">>> = {
  options: genieOptions("opsgenie", "https://api.opsgenie.com"),
  warning: () => "Opsgenie's API ends on 5 April 2027; move to a channel of type jsm-ops",
  create: genieChannel,
};
