import { type ClientsOptions, createClients } from "../aws/clients.ts";
import { ownCredentials } from "../aws/credentials.ts";
import { createAws } from "../aws/index.ts";
import { type Clock, type Ms, systemClock } from "../clock.ts";
import type { Config } from "../config/schema.ts";
import { neededTags } from "../config/needed-tags.ts";
import { SpotkeeperError } from "../errors.ts";
import { proxiesIn } from "../http/proxy.ts";
import { accountOf, regionId } from "../inventory/ids.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { createMemoryInventory } from "../inventory/memory.ts";
import { readAll } from "../inventory/sweep/read-all.ts";
import { requireCredentials } from "./credentials.ts";
import { regionIn } from "./environment.ts";
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

/** The data of one account and region. */
export interface PlaceRead {
  /** Account id (twelve digits); null if neither STS nor an ARN contains it. */
  readonly account: string | null;
  readonly region: string;
  /** Prefix of ids of regional facets and groups in the inventory. */
  readonly id: string;
  readonly inventory: Inventory;
  readonly unread: readonly NotRead[];
}

/** A failed operation of AWS. */
export interface NotRead {
  /** `ecs:ListTasks` */
  readonly operation: string;
  /** `denied`, `throttled` … */
  readonly kind: string;
  /** AWS's own code. */
  readonly code: string;
  /** AWS's message, for people: it can contain names of roles. */
  readonly message: string;
  readonly times: number;
}

export interface FleetRead {
  readonly places: readonly PlaceRead[];
  /** Whether any read succeeded. */
  readonly answered: boolean;
  /** Selects the tags to keep: the value, only the name, or neither. */
  readonly keeps: ReturnType<typeof neededTags>;
}

const ASK_STS: Ms = 5_000;

/**
 * Reads a whole fleet: each account and region of the config, one after another, within AWS's budgets. Changes nothing
 * in AWS. Failed reads are returned, and do not stop the others. Throws SK-CALL-REGION if no region is known, and
 * SK-AWS-CREDENTIALS.
 */
export async function readFleet(options: ReadFleetOptions): Promise<FleetRead> {
  const { config, regions, env, onProgress = () => {}, clock = systemClock, aws: access = {} } = options;
  const elsewhere = regionIn(env);
  const asked = regions.length > 0 ? placesIn(config, regions) : placesOf(config, elsewhere);
  const places = asked.length > 0 || elsewhere === undefined ? asked : placesIn(config, [elsewhere]);
  const [first] = places;
  if (first === undefined)
    throw new SpotkeeperError("SK-CALL-REGION", "A fleet is read in a region: give --region, or set AWS_REGION.");
  const proxies = proxiesIn(env);
  await requireCredentials(clock, access.credentials ?? ownCredentials(proxies));
  const { accounts, endpoint } = config.aws;
  const clients = createClients({
    clock,
    accounts,
    endpoint,
    credentials: null,
    requestHandler: null,
    proxies,
    ...access,
  });
  let own: string | null = null;
  const ownAccount = (): string | null => own;
  const aws = createAws({ clock, random: Math.random, clients, accounts, ownAccount, onCall: () => {} });
  try {
    // This call cannot be denied; without access to STS, ARNs contain the account.
    const ask = { purpose: "enrich", deadline: clock.now() + ASK_STS } as const;
    own = await aws.sts.callerAccount({ account: null, region: first.region }, ask).catch(() => null);
    const read: PlaceRead[] = [];
    let answers = 0;
    // Our own account would be read twice if it also has a role.
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

/** Returns the account in the ARNs of groups; null if there is none. */
const accountSaid = (inventory: Inventory): string | null =>
  Array.from(inventory.entries("group"), ([, { value }]) => accountOf(value.arn)).find((one) => one !== null) ?? null;
