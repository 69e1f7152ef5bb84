import type { Place } from "../../aws/ask.ts";
import { AwsFailure } from "../../aws/failure.ts";
import type { Ms } from "../../clock.ts";
import { SpotkeeperError } from "../../errors.ts";
import type { Step } from "../../model/step.ts";
import { placeOf, shown, text } from "../step-input.ts";
import type { Context, Responder, Result } from "../responder.ts";
import { type CommandContent, contentOf } from "../run-command.ts";
import { workEnds } from "../machine/steps.ts";

const PAUSE = 2_000;

/**
 * Runs a document of Systems Manager on the doomed instance; `await-command` waits for its end. A command has no
 * idempotency token and cannot be found again: after a crash or a lost answer the step is abandoned and reported.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html
 */
export const ssmRunCommand: Responder = {
  repeat: "at-most-once",
  nature: "acts",
  phrase: "run a command on the instance",
  isShown: true,
  empties: "asks",
  undoneBy: null,
  byHand: false,
  withoutLedger: true,
  title: (step) => `run a command on ${shown(step, "instanceId")}`,
  async run(step, ctx) {
    const ready = await prepare(step, ctx);
    if ("is" in ready) return ready;
    try {
      return await send(ready, ctx);
    } catch (error) {
      if (!(error instanceof AwsFailure)) throw error;
      return without(error, ready, ctx.now);
    }
  },
};

interface Ready extends CommandContent {
  readonly at: Place;
  readonly instanceId: string;
  /** By when the command must be over. */
  readonly ends: Ms;
}

/** Prepares the command. Failures here may be retried, although the step is already intended. */
async function prepare(step: Step, ctx: Context): Promise<Ready | Result> {
  try {
    const content = await contentOf(step, ctx.secret);
    if ("skip" in content) return { is: "skip", reason: content.skip };
    return { ...content, at: placeOf(ctx.doc), instanceId: text(step, "instanceId"), ends: workEnds(step, ctx) };
  } catch (error) {
    return later(ctx.now, error instanceof Error ? error.message : String(error));
  }
}

const later = (now: Ms, reason: string, until: Ms = now + PAUSE): Result => ({ is: "wait", until, reason });

async function send({ at, instanceId, document, parameters, ends }: Ready, ctx: Context): Promise<Result> {
  const command = {
    instanceId,
    document,
    parameters: withTimeout(document, parameters, ends - ctx.now),
    comment: `Spotkeeper: ${ctx.doc.key}`,
    startWithin: ends - ctx.now,
  };
  const { commandId } = await ctx.aws.ssm.sendCommand(at, command, { purpose: "act", deadline: ctx.deadline });
  return { is: "done", receipt: { commandId, instanceId }, note: `${document} was sent` };
}

/** Adds a timeout for AWS's script documents, whose default is an hour. */
function withTimeout(
  document: string,
  parameters: CommandContent["parameters"],
  within: Ms,
): CommandContent["parameters"] {
  const isScript = document === "AWS-RunShellScript" || document === "AWS-RunPowerShellScript";
  if (!isScript || parameters["executionTimeout"] !== undefined) return parameters;
  const seconds = Math.max(1, Math.floor(within / 1_000));
  return { ...parameters, executionTimeout: [`${seconds}`] };
}

/** Error codes after which AWS has not started the command. */
const NOT_BEGUN: ReadonlySet<string> = new Set([
  "Closed",
  "ExpiredToken",
  "ExpiredTokenException",
  "RequestExpired",
  "CredentialsProviderError",
]);

/** Handles a failure: retries only if AWS has certainly not started the command. */
function without(failure: AwsFailure, { instanceId, document }: Ready, now: Ms): Result {
  const { kind, awsCode, retryAt } = failure.fields;
  if (awsCode === "InvalidInstanceId")
    return { is: "skip", reason: `Systems Manager does not manage ${instanceId}, or cannot reach it` };
  if (kind === "throttled" || kind === "conflict" || NOT_BEGUN.has(awsCode))
    return later(now, `${kind}: ${failure.message}`, Math.max(retryAt ?? 0, now + PAUSE));
  if (kind === "unavailable" || kind === "timed-out")
    throw new SpotkeeperError(
      "SK-STEP-UNKNOWN",
      `AWS did not say whether ${document} was begun: not repeated (${failure.message})`,
    );
  throw failure;
}
