import { z } from "zod";
import type { Step } from "../model/step.ts";
import { textOrNull } from "./step-input.ts";

/** The command to run: a document of Systems Manager, and its parameters. */
export interface CommandContent {
  readonly document: string;
  readonly parameters: { readonly [name: string]: readonly string[] };
}

/** The name or ARN of a document: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html */
export const documentName: z.ZodString = z
  .string()
  .regex(/^[\w\-.:/]{3,128}$/, { error: "the name or ARN of a document of Systems Manager" });

/** Parameters by name: a text, or a list of texts. */
export const commandParameters: z.ZodType<CommandContent["parameters"], Record<string, string | string[]>> = z.record(
  z.string().min(1).max(100),
  z.union([z.string().transform((one) => [one]), z.array(z.string())], { error: "a text, or a list of texts" }),
);

const stored = z.object({ document: documentName.optional(), parameters: commandParameters.optional() });

/**
 * Determines the command of a step: from the policy, overridden by the group's parameter in Parameter Store: JSON of
 * the form `{"document": "…", "parameters": {"name": ["value"]}}`. Returns `skip` with a reason if there is no valid
 * command.
 *
 * @param secret resolves a secret reference; rejects if it cannot be read
 */
export async function contentOf(
  step: Step,
  secret: (reference: string | null) => Promise<string | null>,
): Promise<CommandContent | { readonly skip: string }> {
  const path = textOrNull(step, "parameterPath");
  const text = await secret(path === null ? null : `\${ssm:${path}}`);
  const kept = text === null ? {} : readStored(text);
  if (kept === null) return { skip: `${path} in Parameter Store is not JSON with "document" and "parameters"` };
  const document = kept.document ?? textOrNull(step, "document");
  if (document === null) return { skip: "neither the policy nor Parameter Store names a document for its group" };
  const given = commandParameters.safeParse(step.params["parameters"]);
  return { document, parameters: kept.parameters ?? (given.success ? given.data : {}) };
}

function readStored(text: string): z.output<typeof stored> | null {
  try {
    return stored.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
