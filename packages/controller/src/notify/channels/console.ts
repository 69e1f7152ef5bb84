import { z } from "zod";
import type { AlertModel, Channel } from "../alert.ts";
import type { ChannelDeps, ChannelFactory, Output } from "./channel.ts";
import { renderText } from "../render/text.ts";

export interface ConsoleOptions {
  readonly type: "console";
}

const MOST_MEMBERS = 10;
const MOST_BYTES = 16 * 1024;

const COLORS: { readonly [S in AlertModel["severity"]]: string } = {
  critical: "\u001B[1;31m",
  warning: "\u001B[1;33m",
  info: "\u001B[1m",
};
const PLAIN = "\u001B[0m";

/** Writes alerts as lines to the terminal, or to the process's output. Lines on a terminal are cut to its width. */
export const consoleChannel: ChannelFactory<z.ZodType<ConsoleOptions>> = {
  options: z.strictObject({ type: z.literal("console") }),
  create(_options: ConsoleOptions, { clock, output, color }: ChannelDeps): Channel {
    return {
      updates: "material",
      pace: null,
      send(model) {
        const [first = "", ...rest] = renderText(model, { mostMembers: MOST_MEMBERS, mostBytes: MOST_BYTES });
        const at = new Date(clock.now()).toISOString().slice(11, 19);
        const head = fit(`${at} ${model.severity.toUpperCase()} ${model.phase}: ${first}`, output);
        const colored = color && output.isTTY === true ? `${COLORS[model.severity]}${head}${PLAIN}` : head;
        output.write(`${[colored, ...rest.map((line) => fit(line, output))].join("\n")}\n`);
        return Promise.resolve({ is: "sent", receipt: null });
      },
    };
  },
};

function fit(line: string, { isTTY, columns }: Output): string {
  if (isTTY !== true || columns === undefined || columns < 20) return line;
  const characters = Array.from(line);
  return characters.length <= columns ? line : `${characters.slice(0, columns - 1).join("")}…`;
}
