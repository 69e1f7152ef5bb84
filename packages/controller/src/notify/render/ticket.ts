import type { AlertModel } from "../alert.ts";
import { short } from "../message/count.ts";

/**
 * Makes an alert's id for services that keep incidents: equal for all messages of one generation of the alert. 43
 * characters that need no escaping anywhere (a JQL string, a label, a path, an encoded query).
 */
export const alertId = ({ recordId }: Pick<AlertModel, "recordId">): string => `spotkeeper-${recordId}`;

/** Returns the affected place as one name: "111122223333/eu-west-1/prod". */
export function placeOf({ group }: Pick<AlertModel, "group">): string {
  const { account, region, cluster, group: scaling } = group;
  const about = cluster === null ? scaling : cluster.slice(cluster.lastIndexOf("/") + 1);
  return [account, region, about].filter((one) => one !== null).join("/") || "spotkeeper";
}

/** Returns the headline as a title, cut to the service's limit. */
export const titleOf = ({ headline }: Pick<AlertModel, "headline">, longest: number): string =>
  short(headline, longest);
