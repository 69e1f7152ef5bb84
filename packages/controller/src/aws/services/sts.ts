import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { StsCalls } from "../calls/sts.ts";
import { limits } from "../limits.ts";
import { type ServiceDeps, single } from "./service.ts";

export function createSts({ lanes, clients }: ServiceDeps): StsCalls {
  /** Needs no permission: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
  const callerIdentity = single<null, string | null>(
    { service: "sts", name: "GetCallerIdentity", limit: limits.stsRead, share: "in-flight" },
    async (_item, at, abortSignal) => {
      const { Account } = await clients.sts(at).send(new GetCallerIdentityCommand({}), { abortSignal });
      return Account ?? null;
    },
  );
  return { callerAccount: (at, ask) => lanes.ask(at, callerIdentity, "", null, ask) };
}
