import { type Api, createApi } from "./api.ts";
import type { Context } from "./context.ts";

/** Help for the option of all commands that ask a running worker. */
export const URL_HELP = "where the worker listens (default: show.listen of the config, else http://127.0.0.1:8787)";

/**
 * Creates the client of the worker that a command means: the one at `url`, else the one of the config. Where there is a
 * config, a sandbox that listens at its address is refused, since it was started with the default address.
 *
 * @param url the option, if it was given
 */
export function workerApi({ io, config, configFile }: Context, url: string | undefined): Api {
  if (url !== undefined) return createApi(url, io.env);
  return createApi(`http://${reachable(config().show.listen)}`, io.env, { refusesSandbox: configFile !== null });
}

/** Converts an address that a worker listens on: all addresses of a machine contain its own. */
const reachable = (listen: string): string =>
  listen.replace(/^0\.0\.0\.0(?=:\d+$)/, "127.0.0.1").replace(/^\[::\](?=:\d+$)/, "[::1]");
