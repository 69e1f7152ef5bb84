import { isDeepStrictEqual } from "node:util";
import type { Config } from "../config/schema.ts";
import type { Log } from "../log.ts";
import type { Channel } from "../notify/alert.ts";
import type { Suppress } from "../notify/pipeline/suppress-settings.ts";
import type { Route } from "../notify/route.ts";

/** The settings of a running worker. A reload replaces their content; the objects stay, since all parts hold them. */
export interface LiveSettings {
  readonly policy: () => Config["policy"];
  readonly channels: ReadonlyMap<string, Channel>;
  readonly routes: readonly Route[];
  readonly suppress: Suppress;
  /** Replaces the settings, all at once. Throws, and changes nothing, if a channel cannot be opened. */
  replace(next: Config): Reloaded;
}

/** The result of a reload. */
interface Reloaded {
  /** Sections that changed and are in effect. */
  readonly changed: readonly (keyof Config)[];
  /** Sections that changed and keep their old values until a restart. */
  readonly needRestart: readonly string[];
}

/** What a reload does with each section; a new one does not compile without its line. */
const SECTIONS: { readonly [S in keyof Config]: "live" | "restart" } = {
  policy: "live",
  channels: "live",
  routes: "live",
  suppress: "live",
  aws: "restart",
  sources: "restart",
  ledger: "restart",
  archive: "restart",
  inventory: "restart",
  secrets: "restart",
  show: "restart",
  log: "restart",
};

type Opened = (configured: Config["channels"]) => ReadonlyMap<string, Channel>;

/** @param open opens channels; one whose options are unchanged stays, with what it remembers */
export function createLiveSettings(first: Config, open: Opened): LiveSettings {
  let current = first;
  let { policy } = first;
  const channels = new Map(open(first.channels));
  const routes: Route[] = [...first.routes];
  const suppress: Record<string, unknown> = { ...first.suppress };

  /** The channels of the next config, in its order, since the first that still works stands in for others. */
  function nextChannels(next: Config): ReadonlyMap<string, Channel> {
    const fresh = Object.entries(next.channels).filter(
      ([name, options]) => !isDeepStrictEqual(options, current.channels[name]),
    );
    const opened = open(Object.fromEntries(fresh));
    return new Map(
      Object.keys(next.channels).flatMap((name) => {
        const channel = opened.get(name) ?? channels.get(name);
        return channel === undefined ? [] : [[name, channel] as const];
      }),
    );
  }

  return {
    policy: () => policy,
    channels,
    routes,
    suppress: suppress as unknown as Suppress,
    replace(next) {
      const found = nextChannels(next);
      const changed = (Object.keys(SECTIONS) as (keyof Config)[]).filter(
        (section) => !isDeepStrictEqual(next[section], current[section]),
      );
      channels.clear();
      for (const [name, channel] of found) channels.set(name, channel);
      routes.splice(0, routes.length, ...next.routes);
      for (const key of Object.keys(suppress)) delete suppress[key];
      Object.assign(suppress, next.suppress);
      // How instances find their clusters is read once, by the look-ups.
      policy = { ...next.policy, clusters: first.policy.clusters };
      current = next;
      return {
        changed: changed.filter((section) => SECTIONS[section] === "live"),
        needRestart: needRestart(first, next),
      };
    },
  };
}

/**
 * Reads a config and uses it from now on; what cannot change while the worker runs is logged. Returns the config; null if it
 * is invalid, which is logged and changes nothing.
 */
export function reload(settings: LiveSettings, read: () => Config, log: Log): Config | null {
  try {
    const next = read();
    const reloaded = settings.replace(next);
    log.info({ ...reloaded }, reloadedText(reloaded));
    return next;
  } catch (err) {
    log.error({ err }, "the new config is not used; the worker goes on with the one before");
    return null;
  }
}

function reloadedText({ changed, needRestart }: Reloaded): string {
  const now = changed.length === 0 ? "nothing changed that takes effect now" : `in effect now: ${changed.join(", ")}`;
  const later = needRestart.length === 0 ? "" : `; needs a restart: ${needRestart.join(", ")}`;
  return `the config was read again; ${now}${later}`;
}

/** Compared with the config of the start, which these sections still follow. */
function needRestart(first: Config, next: Config): readonly string[] {
  const sections = (Object.keys(SECTIONS) as (keyof Config)[]).filter(
    (section) => SECTIONS[section] === "restart" && !isDeepStrictEqual(next[section], first[section]),
  );
  return isDeepStrictEqual(next.policy.clusters, first.policy.clusters) ? sections : [...sections, "policy.clusters"];
}
