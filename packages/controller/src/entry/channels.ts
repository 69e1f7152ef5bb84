import type { Config } from "../config/schema.ts";
import type { Channel } from "../notify/alert.ts";
import type { ChannelDeps, ChannelFactory } from "../notify/channels/channel.ts";
import { channels as drivers } from "../notify/channels/index.ts";

/** The channels of a config, by the names that it gives them, in its order. */
export function openChannels(configured: Config["channels"], deps: ChannelDeps): ReadonlyMap<string, Channel> {
  return new Map(Object.entries(configured).map(([name, options]) => [name, channelOf(options, deps)]));
}

/** What users must know of the services that a channel uses; null: nothing. */
export function warningOf({ type }: Config["channels"][string]): string | null {
  const driver: ChannelFactory = drivers[type];
  return driver.warning ?? null;
}

/** The options of a driver are its own schema's; the schema of the config has checked that they belong together. */
function channelOf(options: Config["channels"][string], deps: ChannelDeps): Channel {
  const driver: { create(options: unknown, deps: ChannelDeps): Channel } = drivers[options.type];
  return driver.create(options, deps);
}
