import { createHash } from "node:crypto";
import type { AlertModel } from "../alert.ts";
import { short } from "./parts.ts";

/**
 * What names an alert in a service that keeps incidents: the same for everything that is told of it, another once it has
 * settled and opens again. 43 characters that need no quoting anywhere (a JQL string, a label, a path, an encoded query).
 */
export const alertId = ({ key, generation }: Pick<AlertModel, "key" | "generation">): string =>
  `spotkeeper-${createHash("sha256").update(`${key}#${generation}`).digest("hex").slice(0, 32)}`;

/** "111122223333/eu-west-1/prod": what is hit, as one name. */
export function placeOf({ group }: Pick<AlertModel, "group">): string {
  const { account, region, cluster, group: scaling } = group;
  const about = cluster === null ? scaling : cluster.slice(cluster.lastIndexOf("/") + 1);
  return [account, region, about].filter((one) => one !== null).join("/") || "spotkeeper";
}

/** The first line as the title of an incident, cut to what the service takes. */
export const titleOf = ({ headline }: Pick<AlertModel, "headline">, longest: number): string =>
  short(headline, longest);
