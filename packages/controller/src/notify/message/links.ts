import type { Key } from "../../model/key.ts";
import type { Params } from "../../model/plain.ts";

/** URLs where people can read more; null without `show.url`. */
export interface Links {
  readonly incident: (key: Key) => string | null;
  /** The open incidents that an alert is about. */
  readonly list: (group: Params) => string | null;
}

export const NO_LINKS: Links = { incident: () => null, list: () => null };

/** @param base URL of the HTTP API for people (`show.url`) */
export function linksTo(base: string): Links {
  return {
    incident: (key) => new URL(`/api/v1/incidents/${encodeURIComponent(key.slice(key.indexOf("#") + 1))}`, base).href,
    list(group) {
      const url = new URL("/api/v1/incidents", base);
      url.searchParams.set("open", "true");
      for (const name of ["region", "cluster", "group"]) {
        const value = group[name];
        // The list filters clusters by name, not by ARN.
        if (typeof value === "string") url.searchParams.set(name, value.slice(value.lastIndexOf("/") + 1));
      }
      return url.href;
    },
  };
}
