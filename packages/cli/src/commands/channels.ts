import { type ChannelReport, testChannels } from "@spotkeeper/controller";
import type { Command } from "commander";
import { EXIT, paints } from "../io.ts";
import { printable, table } from "../table.ts";
import type { Act } from "./registration.ts";

const HELP = `
A sample alert goes out twice, that an instance is reclaimed and how it ended, clearly
marked as a test. The exit code is 1 if any channel could not be told.`;

/** `channels test [NAME…]`: whether people would be reached, found out before it matters. */
export function channels(program: Command, act: Act): void {
  program
    .command("channels")
    .description("where people are told")
    .command("test")
    .description("send a sample alert through the configured channels")
    .argument("[name...]", "channels; all of them, unless told")
    .addHelpText("after", HELP)
    .action(
      act(async ({ io, options, config }, command) => {
        const { stderr } = io;
        const reports = await testChannels({
          config: config(),
          env: io.env,
          // What a console channel prints is no result.
          output: { write: (text) => void stderr.write(text), isTTY: stderr.isTTY },
          color: paints(stderr, io.env),
          names: command.args,
        });
        const text =
          options.output === "json" ? reports.map((one) => `${JSON.stringify(one)}\n`).join("") : render(reports);
        await io.stdout.write(text);
        for (const { channel, warning } of reports)
          if (warning !== null) await io.stderr.write(`${channel}: ${warning}.\n`);
        return reports.every(({ ok }) => ok) ? EXIT.done : EXIT.failed;
      }),
    );
}

/** Reasons stand below the table, whole: they say what to do. */
function render(reports: readonly ChannelReport[]): string {
  if (reports.length === 0) return "No channels are configured.\n";
  const rows = reports.map(({ channel, type, sends }) => [
    channel,
    type,
    ...["receipt", "outcome"].map((phase) => wordOf(sends, phase)),
  ]);
  const reasons = reports.flatMap(({ channel, sends }) =>
    sends.flatMap(({ ok, phase, reason }) => (ok ? [] : [`${channel}, ${phase}: ${printable(reason ?? "")}\n`])),
  );
  return [table(["CHANNEL", "TYPE", "RECEIPT", "OUTCOME"], rows), ...reasons].join("");
}

function wordOf(sends: ChannelReport["sends"], phase: string): string | null {
  const send = sends.find((one) => one.phase === phase);
  if (send === undefined) return null;
  return send.ok ? `sent in ${send.seconds.toFixed(1)} s` : "failed";
}
