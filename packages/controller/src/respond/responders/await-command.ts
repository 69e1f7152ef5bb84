import type { CommandInvocation } from "../../aws/calls/ssm.ts";
import { clean } from "../../notify/message/clean.ts";
import { placeOf, text } from "../step-input.ts";
import type { Context, Responder } from "../responder.ts";
import { stepsOf } from "../machine/steps.ts";

const POLL = 3_000;
/** Lines of output that are kept; the complete output is in Systems Manager. */
const MOST_LINES = 4;
const LONGEST_LINE = 60;

/**
 * Waits until the command that `ssm-run-command` sent has ended, and keeps the first lines of what it printed.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html
 */
export const awaitCommand: Responder = {
  repeat: "safe",
  nature: "waits",
  phrase: "wait for the command to end",
  isShown: true,
  empties: "waits",
  undoneBy: null,
  byHand: false,
  withoutLedger: false,
  title: () => "wait until the command has ended",
  async run(step, ctx) {
    const sent = commandIn(ctx, text(step, "command"));
    if (sent === null) return { is: "skip", reason: "no command was sent" };
    const ask = { purpose: "poll", deadline: ctx.deadline } as const;
    const { commandId, instanceId } = sent;
    const invocation = await ctx.aws.ssm.invocation(placeOf(ctx.doc), commandId, instanceId, ask);
    if (invocation === null) return { is: "wait", until: ctx.now + POLL, reason: "the command is not known yet" };
    const { status, details, exitCode } = invocation;
    if (!ENDED.has(status)) return { is: "wait", until: ctx.now + POLL, reason: `the command is ${clean(details)}` };
    const receipt = { commandId, status, exitCode };
    const printed = firstLines(invocation);
    if (status === "Success")
      return { is: "done", receipt, ...(printed === "" ? {} : { note: `it printed: ${printed}` }) };
    const code = exitCode === null || exitCode < 0 ? "" : `, exit code ${exitCode}`;
    return {
      is: "skip",
      reason: `the command ended as ${clean(details)}${code}${printed === "" ? "" : `: ${printed}`}`,
      receipt,
    };
  },
};

const ENDED: ReadonlySet<string> = new Set(["Success", "Cancelled", "Failed", "TimedOut"]);

function commandIn(ctx: Context, id: string): { readonly commandId: string; readonly instanceId: string } | null {
  const receipt = stepsOf(ctx.doc).find((step) => step.id === id)?.receipt ?? null;
  if (receipt === null || typeof receipt !== "object" || !("commandId" in receipt) || !("instanceId" in receipt))
    return null;
  const { commandId, instanceId } = receipt;
  return typeof commandId === "string" && typeof instanceId === "string" ? { commandId, instanceId } : null;
}

/** Returns the first lines of the output, without control characters and markup, since the text is untrusted. */
function firstLines({ status, output, errors }: CommandInvocation): string {
  const said = status === "Success" || errors.trim() === "" ? output : errors;
  return said
    .split(/\r?\n/)
    .map((line) => clean(line, LONGEST_LINE))
    .filter((line) => line !== "")
    .slice(0, MOST_LINES)
    .join(" / ");
}
