import { type ClientsOptions, createClients } from "../aws/clients.ts";
import { createAws } from "../aws/index.ts";
import { type Clock, type Ms, systemClock } from "../clock.ts";
import type { Config } from "../config/schema.ts";
import { neededTags } from "../config/needed-tags.ts";
import { SpotkeeperError } from "../errors.ts";
import { accountOf, regionId } from "../inventory/ids.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { createMemoryInventory } from "../inventory/memory.ts";
import { readAll } from "../inventory/sweep/read-all.ts";
import { requireCredentials } from "./credentials.ts";
import { placesIn, placesOf } from "./places.ts";

export interface ReadFleetOptions {
  readonly config: Config;
  /** Regions that are read instead of the config's; empty: the config's, else those of its queues, else the process's. */
  readonly regions: readonly string[];
  readonly env: { readonly [name: string]: string | undefined };
  readonly onProgress?: (text: string) => void;
  readonly clock?: Clock;
  /** Fixed credentials or another way to AWS, for a simulator. */
  readonly aws?: Partial<Pick<ClientsOptions, "credentials" | "requestHandler">>;
}

/** What AWS says of one account and region. */
export interface PlaceRead {
  /** Twelve digits; null where neither STS nor an ARN says. */
  readonly account: string | null;
  readonly region: string;
  /** Begins the ids of what the inventory has of the whole region, and of its groups. */
  readonly id: string;
  readonly inventory: Inventory;
  readonly unread: readonly NotRead[];
}

/** An operation of AWS that did not answer. */
export interface NotRead {
  /** `ecs:ListTasks` */
  readonly operation: string;
  /** `denied`, `throttled` … */
  readonly kind: string;
  /** AWS's own code. */
  readonly code: string;
  /** What AWS said, for people: it can name roles. */
  readonly message: string;
  readonly times: number;
}

export interface FleetRead {
  readonly places: readonly PlaceRead[];
  /** Whether anything at all was answered. */
  readonly answered: boolean;
  /** Whether a tag may be kept: its value, its name alone, or neither. */
  readonly keeps: ReturnType<typeof neededTags>;
}

const ASK_STS: Ms = 5_000;

/**
 * Reads all that there is of a fleet: in each account and region of the config, paced by AWS's budgets, one place after
 * the other. Nothing is written. What could not be read is answered, and keeps nothing else. Throws SK-CALL-REGION where
 * no region is known, and SK-AWS-CREDENTIALS.
 */
export async function readFleet(options: ReadFleetOptions): Promise<FleetRead> {
  const { config, regions, env, onProgress = () => {}, clock = systemClock, aws: access = {} } = options;
  const elsewhere = env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || undefined;
  const asked = regions.length > 0 ? placesIn(config, regions) : placesOf(config, elsewhere);
  const places = asked.length > 0 || elsewhere === undefined ? asked : placesIn(config, [elsewhere]);
  const [first] = places;
  if (first === undefined)
    throw new SpotkeeperError("SK-CALL-REGION", "A fleet is read in a region: give --region, or set AWS_REGION.");
  await requireCredentials(clock, access.credentials ?? undefined);
  const { accounts, endpoint } = config.aws;
  const clients = createClients({ clock, accounts, endpoint, credentials: null, requestHandler: null, ...access });
  let own: string | null = null;
  const ownAccount = (): string | null => own;
  const aws = createAws({ clock, random: Math.random, clients, accounts, ownAccount, onCall: () => {} });
  try {
    // Nobody can be denied it; where there is no way to STS, ARNs tell.
    const ask = { purpose: "enrich", deadline: clock.now() + ASK_STS } as const;
    own = await aws.sts.callerAccount({ account: null, region: first.region }, ask).catch(() => null);
    const read: PlaceRead[] = [];
    let answers = 0;
    // An account that has a role, and is our own, is there twice.
    for (const place of places.filter(({ account }) => account === null || account !== own)) {
      const inventory = createMemoryInventory();
      const name = `${place.account ?? own ?? "own account"}/${place.region}`;
      const onRead = (done: number): void => onProgress(`${name}: ${done} reads`);
      const { unread, answered } = await readAll({ aws, inventory, clock, place, ownAccount, onRead });
      answers += answered;
      read.push({
        account: place.account ?? own ?? accountSaid(inventory),
        region: place.region,
        id: regionId(place),
        inventory,
        unread: unread.map(({ failure: { fields, message }, times }) => ({
          operation: `${fields.service}:${fields.operation}`,
          kind: fields.kind,
          code: fields.awsCode,
          message,
          times,
        })),
      });
    }
    return { places: read, answered: answers > 0, keeps: neededTags(config) };
  } finally {
    aws.close();
  }
}

/** The account that the ARNs of groups name. */
const accountSaid = (inventory: Inventory): string | null =>
  Array.from(inventory.entries("group"), ([, { value }]) => accountOf(value.arn)).find((one) => one !== null) ?? null;
