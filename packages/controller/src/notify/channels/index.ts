import type { ChannelFactory } from "./channel.ts";
import { consoleChannel } from "./console.ts";
import { discordChannel } from "./discord/channel.ts";
import { emailChannel } from "./email/channel.ts";
import { eventBridgeChannel } from "./eventbridge.ts";
import { googleChatChannel } from "./google-chat/channel.ts";
import { jiraChannel } from "./jira/channel.ts";
import { jsmOpsChannel } from "./jsm-ops.ts";
import { opsgenieChannel } from "./opsgenie.ts";
import { pagerdutyChannel } from "./pagerduty.ts";
import { servicenowChannel } from "./servicenow.ts";
import { slackChannel } from "./slack/channel.ts";
import { snsChannel } from "./sns.ts";
import { teamsChannel } from "./teams/channel.ts";
import { webhookChannel } from "./webhook.ts";

/** Registry of channels, by the `type` in the config. A channel is one file here, and one line. */
export const channels = {
  console: consoleChannel,
  discord: discordChannel,
  email: emailChannel,
  eventbridge: eventBridgeChannel,
  "google-chat": googleChatChannel,
  jira: jiraChannel,
  "jsm-ops": jsmOpsChannel,
  opsgenie: opsgenieChannel,
  pagerduty: pagerdutyChannel,
  servicenow: servicenowChannel,
  slack: slackChannel,
  sns: snsChannel,
  teams: teamsChannel,
  webhook: webhookChannel,
} satisfies Record<string, ChannelFactory>;

export type ChannelType = keyof typeof channels;
