import { createAws } from "../aws/index.ts";
import { createClients } from "../aws/clients.ts";
import type { Parameter } from "../aws/secret-stores.ts";
import { type Clock, type Ms, systemClock } from "../clock.ts";
import { SpotkeeperError } from "../errors.ts";
import { proxiesIn } from "../http/proxy.ts";
import { endpointIn, regionIn } from "./environment.ts";

const WITHIN: Ms = 30_000;

/** Reads all parameters below a path of Parameter Store, decrypted, in this process's account and region. */
export async function readParameters(
  path: string,
  env: { readonly [name: string]: string | undefined },
  clock: Clock = systemClock,
): Promise<readonly Parameter[]> {
  const region = regionIn(env);
  if (region === undefined)
    throw new SpotkeeperError("SK-CALL-REGION", "Parameter Store is asked in a region: set AWS_REGION.");
  // The SDK's own variable, which our clients do not read themselves.
  const endpoint = endpointIn(env);
  const clients = createClients({
    clock,
    accounts: [],
    endpoint,
    credentials: null,
    requestHandler: null,
    proxies: proxiesIn(env),
  });
  const aws = createAws({ clock, random: Math.random, clients, accounts: [], ownAccount: null, onCall: () => {} });
  try {
    const ask = { purpose: "act", deadline: clock.now() + WITHIN } as const;
    return await aws.secretStores.parametersBelow({ account: null, region }, path, ask);
  } finally {
    aws.close();
  }
}
