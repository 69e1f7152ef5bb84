import type { SendResult } from "../../alert.ts";
import type { ChannelDeps } from "../channel.ts";
import { isReference } from "./options.ts";
import { badCredentials } from "./result.ts";

type Named = { readonly [name: string]: string | undefined };

/**
 * Resolves references in a channel's options, at each send; other values stay unchanged. A missing secret refuses the
 * send, with only the option's name in the reason.
 *
 * @example const found = await resolve(deps.secret, { url, token });
 */
export async function resolve<Options extends Named>(
  secret: ChannelDeps["secret"],
  options: Options,
): Promise<{ readonly values: Options } | { readonly refused: SendResult }> {
  const values: Record<string, string | undefined> = {};
  for (const [name, option] of Object.entries(options)) {
    const value = option !== undefined && isReference(option) ? await secret(option) : option;
    if (value === null) return { refused: badCredentials(`its ${name} is not set`) };
    values[name] = value;
  }
  return { values: values as Options };
}
