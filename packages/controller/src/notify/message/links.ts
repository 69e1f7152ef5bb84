import type { Ms } from "../../clock.ts";
import type { Key } from "../../model/key.ts";
import type { Params } from "../../model/plain.ts";

/** URLs where people can read more; null without `show.url`. */
export interface Links {
  readonly incident: (key: Key) => string | null;
  /** The incidents that an alert is about: the open ones, or those since it was opened. */
  readonly list: (group: Params, which: "open" | { readonly since: Ms }) => string | null;
}

/** An incident may have opened some minutes before its alert: while it was silenced, for instance. */
const JOINED_WITHIN: Ms = 600_000;

export const NO_LINKS: Links = { incident: () => null, list: () => null };

/** @param base URL of the HTTP API for people (`show.url`) */
export function linksTo(base: string): Links {
  return {
    incident: (key) => new URL(`/api/v1/incidents/${encodeURIComponent(key.slice(key.indexOf("#") + 1))}`, base).href,
    list(group, which) {
      const url = new URL("/api/v1/incidents", base);
      if (which === "open") url.searchParams.set("open", "true");
      else url.searchParams.set("from", new Date(which.since - JOINED_WITHIN).toISOString());
      for (const name of ["region", "cluster", "group"]) {
        const value = group[name];
        // The list filters clusters by name, not by ARN.
        if (typeof value === "string") url.searchParams.set(name, value.slice(value.lastIndexOf("/") + 1));
      }
      return url.href;
    },
  };
}
