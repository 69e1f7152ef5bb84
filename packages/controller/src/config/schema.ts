import { z } from "zod";
import { aws } from "./sections/aws.ts";
import { channels } from "./sections/channels.ts";
import { log } from "./sections/log.ts";
import { policy } from "./sections/policy.ts";
import { archive, inventory, ledger, ownFiles } from "./sections/record.ts";
import { knownChannels, routes } from "./sections/routes.ts";
import { secrets } from "./sections/secrets.ts";
import { show } from "./sections/show.ts";
import { sources } from "./sections/sources.ts";
import { suppress } from "./sections/suppress.ts";

/** The schema of `spotkeeper.yaml`. Every section and key is optional: an empty config is valid. */
export const configSchema = z
  .strictObject({
    aws: aws.prefault({}),
    sources: sources.prefault({}),
    policy: policy.prefault({}),
    channels,
    routes,
    suppress: suppress.prefault({}),
    ledger: ledger.prefault({}),
    archive: archive.prefault({}),
    inventory: inventory.prefault({}),
    secrets: secrets.prefault({}),
    show: show.prefault({}),
    log: log.prefault({}),
  })
  .superRefine(knownChannels)
  .superRefine(ownFiles);

/** A parsed config: durations are milliseconds, defaults are filled in, secrets are references. */
export type Config = z.infer<typeof configSchema>;

/** Returns the JSON Schema (draft 2020-12) of the config file, for editors. */
export function configJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" });
  return { $schema, title: "spotkeeper.yaml", description: "The config of Spotkeeper", ...schema };
}
