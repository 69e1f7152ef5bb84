import { GetCommandInvocationCommand, SendCommandCommand } from "@aws-sdk/client-ssm";
import type { CommandInvocation, RunCommand, SsmCalls } from "../calls/ssm.ts";
import { AwsFailure } from "../failure.ts";
import { limits } from "../limits.ts";
import { type ServiceDeps, single } from "./service.ts";

/**
 * AWS's minimum of `TimeoutSeconds`, the time until the command must have started:
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html
 */
const LEAST_TIMEOUT_SECONDS = 30;
/** Longest comment. */
const MOST_CHARACTERS = 100;

/** Creates the calls to Run Command. A command has no idempotency token. */
export function createSsm({ lanes, clients }: ServiceDeps): SsmCalls {
  const send = single<RunCommand, { readonly commandId: string | null }>(
    { service: "ssm", name: "SendCommand", limit: limits.ssmSendCommand, share: "never" },
    async ({ instanceId, document, parameters, comment, startWithin }, at, abortSignal) => {
      const command = new SendCommandCommand({
        InstanceIds: [instanceId],
        DocumentName: document,
        Parameters: Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, [...values]])),
        Comment: comment.slice(0, MOST_CHARACTERS),
        TimeoutSeconds: Math.max(LEAST_TIMEOUT_SECONDS, Math.floor(startWithin / 1_000)),
      });
      const answer = await clients.ssm(at).send(command, { abortSignal });
      return { commandId: answer.Command?.CommandId ?? null };
    },
  );
  const invocation = single<{ readonly commandId: string; readonly instanceId: string }, CommandInvocation>(
    { service: "ssm", name: "GetCommandInvocation", limit: limits.ssmGetCommandInvocation, share: "in-flight" },
    async ({ commandId, instanceId }, at, abortSignal) => {
      const command = new GetCommandInvocationCommand({ CommandId: commandId, InstanceId: instanceId });
      const answer = await clients.ssm(at).send(command, { abortSignal });
      return {
        status: answer.Status ?? "Pending",
        details: answer.StatusDetails ?? answer.Status ?? "Pending",
        exitCode: answer.ResponseCode ?? null,
        output: answer.StandardOutputContent ?? "",
        errors: answer.StandardErrorContent ?? "",
      };
    },
  );

  return {
    sendCommand: (at, command, ask) => lanes.ask(at, send, "", command, ask),
    async invocation(at, commandId, instanceId, ask) {
      try {
        return await lanes.ask(at, invocation, "", { commandId, instanceId }, ask);
      } catch (error) {
        if (error instanceof AwsFailure && error.fields.awsCode === "InvocationDoesNotExist") return null;
        throw error;
      }
    },
  };
}
