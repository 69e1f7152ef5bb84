import type { CallRecord, loadParts } from "@spotkeeper/controller";
import { type Clock, partitionOf, type SdkHandler } from "@spotkeeper/simulator";

export type Parts = Awaited<ReturnType<typeof loadParts>>;
type Hearing = ReturnType<Parts["correctClock"]>;
export type Access = ReturnType<Parts["createAws"]>;

/** Our own account; the one of AWS's examples. */
export const ACCOUNT = "123456789012";
export const REGION = "us-east-1";

export interface AccessOptions {
  readonly parts: Parts;
  readonly clock: Clock;
  readonly random: () => number;
  /** What stands at the other end of a request. */
  readonly handler: SdkHandler;
  /** Accounts that are not our own, each with a role. */
  readonly others?: Iterable<string>;
  /** Where we run: the partition of roles. */
  readonly region?: string;
  /** Told which hour it is at AWS; left out where the clock is right. */
  readonly hearing?: Hearing;
  readonly onCall?: (call: CallRecord) => void;
}

/** The real SDK over a simulator, whose keys name the account. */
export function openAccess({
  parts,
  clock,
  random,
  handler,
  others = [],
  region = REGION,
  hearing,
  onCall = () => {},
}: AccessOptions): Access {
  const accounts = [...others].map((account) => ({
    account,
    roleArn: `arn:${partitionOf(region)}:iam::${account}:role/spotkeeper`,
    externalId: null,
  }));
  const clients = parts.createClients({
    clock,
    accounts,
    endpoint: null,
    credentials: () => Promise.resolve({ accessKeyId: `AKIA${ACCOUNT}`, secretAccessKey: "simulated" }),
    requestHandler: handler,
    ...(hearing === undefined ? {} : { hearing }),
  });
  return parts.createAws({ clock, random, clients, accounts, ownAccount: () => ACCOUNT, onCall });
}
