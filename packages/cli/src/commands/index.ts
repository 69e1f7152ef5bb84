import { agent } from "./agent.ts";
import { alerts } from "./alerts.ts";
import { channels } from "./channels.ts";
import { config } from "./config.ts";
import { explain } from "./explain.ts";
import { facts } from "./facts.ts";
import { importing } from "./import.ts";
import { incidents } from "./incidents.ts";
import type { Registration } from "./registration.ts";
import { replay } from "./replay.ts";
import { routes } from "./routes.ts";
import { run } from "./run.ts";
import { sandbox } from "./sandbox.ts";
import { schema } from "./schema.ts";
import { silence } from "./silence.ts";
import { simulate } from "./simulate.ts";

/** All commands. A new command is a file and a line here. */
export const commands: readonly Registration[] = [
  run,
  explain,
  incidents,
  alerts,
  silence,
  routes,
  config,
  channels,
  importing,
  schema,
  simulate,
  sandbox,
  replay,
  facts,
  agent,
];
