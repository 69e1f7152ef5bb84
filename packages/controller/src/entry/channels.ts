import type { Config } from "../config/schema.ts";
import type { Channel } from "../notify/alert.ts";
import type { ChannelDeps } from "../notify/channels/channel.ts";
import { channels as drivers } from "../notify/channels/index.ts";

/** Opens the channels of a config, by name, in order. */
export function openChannels(configured: Config["channels"], deps: ChannelDeps): ReadonlyMap<string, Channel> {
  return new Map(Object.entries(configured).map(([name, options]) => [name, channelOf(options, deps)]));
}

/** Returns a warning about the service that a channel uses; null means none. */
export function warningOf(options: Config["channels"][string]): string | null {
  const driver: { warning?(options: unknown): string | null } = drivers[options.type];
  return driver.warning?.(options) ?? null;
}

/** The config's schema has checked that the options belong to the driver. */
function channelOf(options: Config["channels"][string], deps: ChannelDeps): Channel {
  const driver: { create(options: unknown, deps: ChannelDeps): Channel } = drivers[options.type];
  return driver.create(options, deps);
}
