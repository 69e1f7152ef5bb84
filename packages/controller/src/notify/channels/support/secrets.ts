import { isReference } from "../../../fields.ts";
import type { Channel, SendResult } from "../../alert.ts";
import type { ChannelDeps } from "../channel.ts";
import { badCredentials } from "./result.ts";

type Named = { readonly [name: string]: string | undefined };

/**
 * Makes a channel's `send` of a function that is given the resolved options: references are resolved at each send; other
 * values stay unchanged. A missing secret refuses the send, with only the option's name in the reason.
 *
 * @example send: sendWith(deps.secret, { url }, async ({ url: target }, model, _previous, signal) => …)
 */
export function sendWith<Options extends Named>(
  secret: ChannelDeps["secret"],
  options: Options,
  send: (values: Options, ...given: Parameters<Channel["send"]>) => Promise<SendResult>,
): Channel["send"] {
  return async (...given) => {
    const values: Record<string, string | undefined> = {};
    for (const [name, option] of Object.entries(options)) {
      const value = option !== undefined && isReference(option) ? await secret(option) : option;
      if (value === null) return badCredentials(`its ${name} is not set`);
      values[name] = value;
    }
    const result = await send(values as Options, ...given);
    return result.is === "sent" ? result : { ...result, reason: withoutSecrets(result.reason, Object.values(values)) };
  };
}

/** Shorter words are too common to be secrets, and to be missed. */
const SHORTEST = 5;

/** Hides in the quoted words of an answer (unexpected.ts) what also stands in an option, e.g. in the path of a URL. */
function withoutSecrets(reason: string, values: readonly (string | undefined)[]): string {
  const parts = new Set(values.flatMap((value) => value?.toLowerCase().split(/[^\p{L}\p{N}]+/u) ?? []));
  const hides = (word: string): boolean => word.length >= SHORTEST && parts.has(word.toLowerCase());
  return reason.replace(/“[^”]*”/gu, (quoted) =>
    quoted.replace(/[\p{L}\p{N}]+/gu, (word) => (hides(word) ? "…" : word)),
  );
}
