import { type ChannelReport, testChannels } from "@spotkeeper/controller";
import type { Command } from "commander";
import { EXIT, usesColors } from "../io.ts";
import { printable, table } from "../table.ts";
import type { Act } from "./registration.ts";

const HELP = `
Each channel gets two sample messages, marked as a test: an instance is being reclaimed,
and how that ended. The exit code is 1 if a channel failed.`;

/** `channels test [NAME…]`: sends a sample alert through each channel. */
export function channels(program: Command, act: Act): void {
  program
    .command("channels")
    .description("the channels over which people are told")
    .command("test")
    .description("send a sample alert through the configured channels")
    .argument("[name...]", "names of channels (default: all)")
    .addHelpText("after", HELP)
    .action(
      act(async ({ io, options, config }, command) => {
        const { stderr } = io;
        const reports = await testChannels({
          config: config(),
          env: io.env,
          // The lines of a console channel are not part of the result, so they go to standard error.
          output: { write: (text) => void stderr.write(text), isTTY: stderr.isTTY },
          color: usesColors(stderr, io.env),
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

/** Renders a table, and below it each reason in full: it says what to do. */
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
