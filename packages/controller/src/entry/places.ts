import type { Place } from "../aws/ask.ts";
import type { Config } from "../config/schema.ts";
import { queueAt } from "../signal/transports/queue-url.ts";

/**
 * Returns the accounts and regions of a config: its regions, else those of its queues, in our own account and in the
 * others.
 *
 * @param elsewhere the region of queues with another endpoint than AWS's
 */
export function placesOf(config: Pick<Config, "aws" | "sources">, elsewhere: string | undefined): Place[] {
  const queues = config.sources.sqs.map(({ queueUrl }) => queueAt(queueUrl, elsewhere).region);
  return placesIn(config, config.aws.regions.length > 0 ? config.aws.regions : queues);
}

/** Returns the regions in our own account and in the others. */
export function placesIn({ aws }: Pick<Config, "aws">, regions: readonly string[]): Place[] {
  const accounts = [null, ...aws.accounts.map((one) => one.account)];
  return [...new Set(regions)].flatMap((region) => accounts.map((account) => ({ account, region })));
}
