import type { Aws } from "./aws.ts";
import type { Place } from "./ask.ts";
import type { Clients } from "./clients.ts";
import type { Clock } from "../clock.ts";
import { failed } from "./failure.ts";
import { createLanes, type Lanes } from "./lanes.ts";
import type { CallRecord } from "./operation.ts";
import { createSecretStores, type SecretStores } from "./secret-stores.ts";
import { createAutoScaling } from "./services/auto-scaling.ts";
import { createClassicElb } from "./services/classic-elb.ts";
import { createCloudMap } from "./services/cloud-map.ts";
import { createEc2 } from "./services/ec2.ts";
import { createEcs } from "./services/ecs.ts";
import { createElb } from "./services/elb.ts";
import { createEventBridge } from "./services/event-bridge.ts";
import { createLattice } from "./services/lattice.ts";
import type { ServiceDeps } from "./services/service.ts";
import { createSns } from "./services/sns.ts";
import { createSsm } from "./services/ssm.ts";
import { createSts } from "./services/sts.ts";

export interface AwsOptions {
  readonly clock: Clock;
  /** 0..1, for jitter. */
  readonly random: () => number;
  readonly clients: Clients;
  /** Accounts with a role; see `ClientsOptions.accounts`. */
  readonly accounts: readonly { readonly account: string }[];
  /**
   * Returns the account of our own credentials; null while it is not known. Once it is known, calls for an account
   * without a role are refused; otherwise they would go to our own account, where a group of the same name may exist.
   * If this function is null, any account without a role counts as our own.
   */
  readonly ownAccount: (() => string | null) | null;
  /** Called after every request, for metrics. */
  readonly onCall: (record: CallRecord) => void;
}

/**
 * Creates the AWS calls: all services on one set of lanes.
 *
 * @example const clients = createClients({ clock, accounts: [], endpoint: null, credentials: null, requestHandler: null
 *   }); const aws = createAws({ clock, random: Math.random, clients, accounts: [], ownAccount: null, onCall: () => {}
 *   }); await aws.ec2.describeInstances( { account: null, region: "eu-west-1" }, ["i-0123456789abcdef0"], { purpose:
 *   "enrich", deadline: clock.now() + 10_000 }, );
 */
export function createAws(options: AwsOptions): Aws & { readonly secretStores: SecretStores; close(): void } {
  const { clients, clock } = options;
  const lanes = createLanes(options);
  const deps: ServiceDeps = { clients, clock, lanes: { ask: inItsPlace(lanes, options) } };
  return {
    ec2: createEc2(deps),
    autoScaling: createAutoScaling(deps),
    ecs: createEcs(deps),
    elb: createElb(deps),
    classicElb: createClassicElb(deps),
    lattice: createLattice(deps),
    cloudMap: createCloudMap(deps),
    sns: createSns(deps),
    eventBridge: createEventBridge(deps),
    ssm: createSsm(deps),
    sts: createSts(deps),
    secretStores: createSecretStores(deps),
    close() {
      lanes.close();
      clients.destroy();
    },
  };
}

/** Maps our own account's id to null, so that both use the same budget, and refuses unknown accounts. */
function inItsPlace(lanes: Lanes, { accounts, ownAccount }: AwsOptions): Lanes["ask"] {
  const others = new Set(accounts.map(({ account }) => account));
  const placeOf = (at: Place): Place | null => {
    if (at.account === null || others.has(at.account)) return at;
    const own = ownAccount?.() ?? null;
    return own === null || at.account === own ? { account: null, region: at.region } : null;
  };
  return (at, operation, group, item, ask) => {
    const place = placeOf(at);
    if (place !== null) return lanes.ask(place, operation, group, item, ask);
    const message = `no role for account ${at.account}; name one under aws.accounts`;
    return Promise.reject(failed("denied", operation, "NoRole", message));
  };
}
