import { z } from "zod";
import { list, text, url } from "../../fields.ts";

const region = z.string().regex(/^[a-z]{2,5}(-[a-z]+)+-\d{1,2}$/, { error: "a region, such as eu-west-1" });

const ROLE = /^arn:aws[a-z-]*:iam::(\d{12}):role\/[\w+=,.@/-]{1,512}$/;
const roleError = "the ARN of a role, such as arn:aws:iam::111122223333:role/spotkeeper";

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const account = z
  .strictObject({
    roleArn: z.string({ error: roleError }).regex(ROLE, { error: roleError }),
    externalId: text("the external id that the role's trust policy asks for", 1_224)
      .min(2)
      .regex(/^[\w+=,.@:/-]*$/)
      .optional(),
  })
  .transform(({ roleArn, externalId }) => ({
    /** Twelve digits, from the role's ARN. */
    account: ROLE.exec(roleArn)?.[1] ?? "",
    roleArn,
    externalId: externalId ?? null,
  }));

export const aws = z.strictObject({
  /** Regions that the inventory's sweep reads; empty: those of the queues. */
  regions: list(region, "regions").default([]),
  /** Accounts other than that of the worker's credentials, with the role to assume in each. */
  accounts: list(account, "accounts")
    .refine((all) => new Set(all.map((one) => one.account)).size === all.length, {
      error: "one role for each account",
    })
    .default([]),
  /** Replaces AWS's endpoints of all services, for a simulator or an emulator. */
  endpoint: url("the endpoint of all AWS services").nullable().default(null),
});
