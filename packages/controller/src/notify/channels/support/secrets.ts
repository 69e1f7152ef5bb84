import type { SendResult } from "../../alert.ts";
import type { ChannelDeps } from "../channel.ts";
import { isReference } from "./options.ts";
import { badCredentials } from "./result.ts";

type Named = { readonly [name: string]: string | undefined };

/**
 * What a channel's options stand for: references are resolved, at each send, and the rest stays as it is. One that stands
 * for nothing refuses the send, which says the option's name and no more.
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
