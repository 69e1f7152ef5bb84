/**
 * STS. Its credentials contain their account. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
import type { Operation } from "../operation.ts";
import { AwsError } from "../operation.ts";
import { partitionOf } from "../fleet/region.ts";
import { integerIn, stringIn } from "./input-fields.ts";

/** Sessions do not expire: clients compare the date with the machine's clock, and the simulator has its own. */
const EXPIRATION = Date.UTC(2100, 0, 1);

/**
 * The operations of STS. Any role of any account in the same partition can be assumed; a fault can deny it. Roles
 * cannot be assumed across partitions:
 * https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
 */
export const stsOperations: readonly Operation<unknown>[] = [
  {
    service: "sts",
    name: "AssumeRole",
    mutating: false,
    input: { DurationSeconds: { type: "integer" } },
    output: { Credentials: { type: "structure", fields: { Expiration: { type: "timestamp" } } } },
    run: (_world, input, ctx) => {
      const roleArn = stringIn(input, "RoleArn");
      const sessionName = stringIn(input, "RoleSessionName");
      const [, partition, account, role] = /^arn:([^:]+):iam::(\d{12}):role\/(.+)$/.exec(roleArn) ?? [];
      if (account === undefined || role === undefined) {
        throw new AwsError("ValidationError", `${roleArn} is invalid`);
      }
      if (partition !== partitionOf(ctx.region)) throw new AwsError("AccessDenied", `not authorized: ${roleArn}`, 403);
      integerIn(input, "DurationSeconds", 900, 43_200);
      return {
        Credentials: {
          AccessKeyId: `ASIA${account}SIMU`,
          SecretAccessKey: "simulated-secret-access-key",
          SessionToken: "simulated-session-token",
          Expiration: EXPIRATION,
        },
        AssumedRoleUser: {
          AssumedRoleId: `AROA${account}SIMU:${sessionName}`,
          Arn: `arn:${partition}:sts::${account}:assumed-role/${role.split("/").at(-1) ?? role}/${sessionName}`,
        },
      };
    },
  },
  {
    service: "sts",
    name: "GetCallerIdentity",
    mutating: false,
    run: (_world, _input, ctx) => ({
      UserId: `AIDA${ctx.account}SIMU`,
      Account: ctx.account,
      Arn: `arn:${partitionOf(ctx.region)}:iam::${ctx.account}:user/simulated`,
    }),
  },
];
