import { channelsOf, type Reader } from "./channels.ts";
import { judge, type Part } from "./judge.ts";
import type { Settings } from "./settings.ts";

interface Converted {
  readonly parts: readonly Part[];
  /** Notes for the user: what was left out, and what can be improved now. */
  readonly notes: readonly string[];
}

/**
 * Makes a config from the settings of an older set-up. What was switched off stays off. Secrets become references;
 * their values are never written. Each value stands alone: what does not load is left out, with a note, and the rest
 * loads.
 */
export function convert(settings: Settings): Converted {
  const plain: Reader["plain"] = (name) => settings.get(name)?.value ?? null;
  const read: Reader = {
    settings,
    plain,
    either: (name) => settings.get(name)?.reference ?? plain(name),
    list: (name) => (plain(name) ?? "").split(",").flatMap((one) => (one.trim() === "" ? [] : [one.trim()])),
    origin: (name) => {
      const found = settings.get(name);
      return found === undefined ? name : `${found.key} in ${found.from}`;
    },
  };
  const all = [places(read), channelsOf(read), suppression(read)];
  const judged = all.flatMap(({ parts }) => parts.map((part) => judge(part, settings)));
  return {
    parts: judged.flatMap(({ part }) => (part === null ? [] : [part])),
    notes: [...judged.flatMap(({ notes }) => notes), ...all.flatMap(({ notes }) => notes)],
  };
}

function places({ settings, plain, origin }: Reader): Converted {
  const parts: Part[] = [];
  const notes: string[] = [];
  const region = plain("AWS_REGION");
  if (region !== null)
    parts.push({
      path: ["aws", "regions"],
      value: [region],
      comment: `from ${origin("AWS_REGION")}`,
      from: { "": "AWS_REGION" },
      notes: [],
    });
  const role = plain("AWS_ROLE_ARN");
  if (role !== null)
    parts.push({
      path: ["aws", "accounts"],
      value: [{ roleArn: role }],
      comment: `the role that was assumed, from ${origin("AWS_ROLE_ARN")}`,
      from: { "": "AWS_ROLE_ARN" },
      notes: [],
    });
  if (settings.has("AWS_ACCESS_KEY_ID") || settings.has("AWS_SECRET_ACCESS_KEY"))
    notes.push(
      "Static AWS keys are not taken over: they do not expire, and leak. Give the machine, container or function a role; " +
        "until then the SDK reads AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY from the environment by itself.",
    );
  const profile = plain("AWS_PROFILE");
  if (profile !== null) notes.push(`The profile ${profile} is no part of the config: set AWS_PROFILE=${profile}.`);
  return { parts, notes };
}

function suppression({ plain, list, origin }: Reader): Converted {
  const parts: Part[] = [];
  const notes: string[] = [];
  const critical = list("CRITICAL_SERVICES");
  if (critical.length > 0)
    parts.push({
      path: ["suppress", "criticalServices"],
      value: critical,
      comment: `from ${origin("CRITICAL_SERVICES")}`,
      from: { "": "CRITICAL_SERVICES" },
      notes: [],
    });
  else
    notes.push(
      "CRITICAL_SERVICES is empty, so every service counts as critical. Name those that people must be woken for.",
    );
  const [start, end] = [plain("MAINTENANCE_START"), plain("MAINTENANCE_END")];
  if (start !== null && end !== null)
    parts.push({
      path: ["suppress", "maintenance"],
      value: [{ name: "maintenance", from: twoDigits(start), to: twoDigits(end), timeZone: "UTC" }],
      comment: "UTC, as before; another timeZone follows daylight saving time",
      from: { "0.from": "MAINTENANCE_START", "0.to": "MAINTENANCE_END" },
      notes: [],
    });
  else if (start !== null || end !== null)
    notes.push("Of MAINTENANCE_START and MAINTENANCE_END only one is set: no window is made.");
  for (const name of ["MAINTENANCE_START", "MAINTENANCE_END"] as const) {
    const [was, is] = [plain(name), twoDigits(plain(name) ?? "")];
    if (was !== null && was !== is) notes.push(`${origin(name)} is "${was}", which is taken as ${is}.`);
  }
  const threshold = plain("MIN_CAPACITY_THRESHOLD");
  if (threshold !== null && threshold !== "")
    parts.push({
      path: ["suppress", "sufficientCapacity"],
      // Text that is not a number stays text, so that the check names it.
      value: Number.isNaN(Number(threshold)) ? threshold : Number(threshold),
      comment:
        "below 1: the share of desired tasks that must stay; 1 or more: container instances. Over the whole storm",
      from: { "": "MIN_CAPACITY_THRESHOLD" },
      notes: [],
    });
  return { parts, notes };
}

/** Returns a time with two digits for the hour: `6:00` was valid. */
const twoDigits = (time: string): string => time.replace(/^(\d):(\d\d)$/, "0$1:$2");
