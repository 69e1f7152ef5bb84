import { z } from "zod";
import { askInOurAccount, region } from "../in-our-account.ts";
import type { SecretStoreFactory } from "../store.ts";

const options = z.strictObject({ region });

/** Parameters of Systems Manager, decrypted. */
export const parameterStore: SecretStoreFactory<typeof options> = {
  title: "Parameter Store",
  example: "${ssm:/path}",
  remembered: true,
  options,
  open: (given, deps) => ({
    async read(name) {
      const secret = await askInOurAccount(deps, { key: "secrets.ssm.region", region: given.region }, name, (at, ask) =>
        deps.aws.parameter(at, name, ask),
      );
      return secret === null ? { none: "Parameter Store has no such parameter" } : { secret };
    },
  }),
};
