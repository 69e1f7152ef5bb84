import type { CallRecord, loadParts } from "@spotkeeper/controller";
import { type Clock, partitionOf, type SdkHandler } from "@spotkeeper/simulator";

export type Parts = Awaited<ReturnType<typeof loadParts>>;
type TimeListener = ReturnType<Parts["correctClock"]>;
export type SimulatedAws = ReturnType<Parts["createAws"]>;

/** The worker's own account; the number in AWS's examples. */
export const ACCOUNT = "123456789012";
export const REGION = "us-east-1";

export interface SimulatedAwsOptions {
  readonly parts: Parts;
  readonly clock: Clock;
  readonly random: () => number;
  /** Answers the requests: the simulator. */
  readonly handler: SdkHandler;
  /** Further accounts; each has a role. */
  readonly others?: Iterable<string>;
  /** The worker's region, which determines the partition of the roles. */
  readonly region?: string;
  /** Corrects the clock by AWS's answers; leave it out if the clock is right. */
  readonly timeListener?: TimeListener;
  readonly onCall?: (call: CallRecord) => void;
}

/** Connects the real AWS SDK to a simulator. The access key names the account. */
export function openSimulatedAws({
  parts,
  clock,
  random,
  handler,
  others = [],
  region = REGION,
  timeListener,
  onCall = () => {},
}: SimulatedAwsOptions): SimulatedAws {
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
    ...(timeListener === undefined ? {} : { timeListener }),
  });
  return parts.createAws({ clock, random, clients, accounts, ownAccount: () => ACCOUNT, onCall });
}
