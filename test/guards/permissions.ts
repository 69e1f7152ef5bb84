import type { Source } from "../support/tree.ts";

/** How each client's service is called in IAM (https://docs.aws.amazon.com/service-authorization/latest/reference/). */
const PREFIXES: { readonly [client: string]: string } = {
  "auto-scaling": "autoscaling",
  dynamodb: "dynamodb",
  ec2: "ec2",
  ecs: "ecs",
  "elastic-load-balancing": "elasticloadbalancing",
  "elastic-load-balancing-v2": "elasticloadbalancing",
  eventbridge: "events",
  "secrets-manager": "secretsmanager",
  servicediscovery: "servicediscovery",
  sns: "sns",
  ssm: "ssm",
  sts: "sts",
  "vpc-lattice": "vpc-lattice",
};

/** Told on the page, and asked for by no command of ours: AWS asks for them, or the SQS client has them as methods. */
const BESIDES = /^(sqs:|sts:AssumeRole$|kms:Decrypt$|ec2:RunInstances$|iam:PassRole$)/;

/** Operations that IAM knows by what they are made of. */
const MADE_OF: { readonly [operation: string]: readonly string[] } = {
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
  "dynamodb:TransactWriteItems": ["dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"],
};

/** What the code calls and the page of permissions does not allow, and the other way round. */
export function permissionDifferences(sources: readonly Source[], page: Source): string[] {
  const called = new Set<string>();
  const problems: string[] = [];
  for (const { path, text } of sources) {
    for (const [, names = "", client = ""] of text.matchAll(/import \{([^}]*)\} from "@aws-sdk\/client-([\w-]+)"/g)) {
      for (const [, operation = ""] of names.matchAll(/\b(\w+)Command\b/g)) {
        const prefix = PREFIXES[client];
        if (prefix === undefined) problems.push(`${path}: nobody has said what ${client} is called in IAM`);
        else for (const one of MADE_OF[`${prefix}:${operation}`] ?? [`${prefix}:${operation}`]) called.add(one);
      }
    }
  }
  const told = new Set([...page.text.matchAll(/`([a-z0-9-]+:[A-Z]\w+)`/g)].map(([, action = ""]) => action));
  problems.push(...[...called].filter((one) => !told.has(one)).map((one) => `${one} is called, not in ${page.path}`));
  const idle = [...told].filter((one) => !called.has(one) && !BESIDES.test(one));
  return [...problems, ...idle.map((one) => `${one} is in ${page.path}, and not called`)];
}
