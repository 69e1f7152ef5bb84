import type { z } from "zod";
import type { Ask, Place } from "../aws/ask.ts";
import type { Ms } from "../clock.ts";
import { SpotkeeperError } from "../errors.ts";
import { text } from "../fields.ts";
import type { SecretStoreDeps } from "./store.ts";

const WITHIN: Ms = 5_000;

/** The region in which a store is read by name; null means that of the process. */
export const region: z.ZodDefault<z.ZodNullable<z.ZodString>> = text("a region, such as eu-west-1", 32)
  .nullable()
  .default(null);

/**
 * Reads an AWS store in the worker's own account: by ARN in the ARN's region, by name in `region` or that of the process.
 *
 * @param key where the config sets `region`, for the error message
 */
export async function askInOurAccount(
  deps: Pick<SecretStoreDeps, "clock" | "region">,
  { key, region }: { readonly key: string; readonly region: string | null },
  name: string,
  ask: (at: Place, how: Ask) => Promise<string | null>,
): Promise<string | null> {
  const own = /^arn:aws[a-z-]*:(?:ssm|secretsmanager):([a-z0-9-]+):/.exec(name)?.[1] ?? region ?? deps.region;
  if (own === null)
    throw new SpotkeeperError(
      "SK-SECRET-UNAVAILABLE",
      `no region is known; set ${key} or AWS_REGION, or write the whole ARN`,
    );
  return ask({ account: null, region: own }, { purpose: "act", deadline: deps.clock.now() + WITHIN });
}
