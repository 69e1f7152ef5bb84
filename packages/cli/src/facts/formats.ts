import { isIP } from "node:net";
import { PROCESSES } from "./document.ts";
import type { Field } from "./field.ts";

/** A format of texts in a facts document: its check, and its description for errors. */
interface Format {
  readonly want: string;
  readonly fits: (text: string) => boolean;
}

const of = (pattern: RegExp, want: string): Format => ({ want, fits: (text) => pattern.test(text) });

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html */
const INSTANCE_ID = of(
  /^i-[0-9a-f]{8}(?:[0-9a-f]{9})?$/,
  "the id of an EC2 instance: i- and 17 (or 8) digits of 0-9 and a-f, such as i-0123456789abcdef0",
);
const ACCOUNT = of(/^\d{12}$/, 'an AWS account: 12 digits in quotes, such as "111122223333"');
const REGION = of(/^[a-z]{2,5}(?:-[a-z]+)+-\d{1,2}$/, "a region, such as eu-west-1");
/**
 * Local and Wavelength zones too:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html
 */
const ZONE = of(
  /^[a-z]{2,5}(?:-[a-z]+)+-\d{1,2}(?:[a-z]|(?:-[a-z0-9]+)+-\d{1,2}[a-z]?)$/,
  "an Availability Zone, such as eu-west-1b",
);
const INSTANCE_TYPE = of(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, "an EC2 instance type, such as m5.large");
/** Of a queue or a topic: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html */
const NOTIFICATION_TARGET = of(
  /^arn:aws[a-z-]*:(?:sqs|sns):[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]+$/,
  "the ARN of an SQS queue or an SNS topic, such as arn:aws:sqs:eu-west-1:111122223333:hooks",
);
/**
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html (serviceName) and
 * API_CreateCluster.html
 */
const ECS_NAME = of(/^[A-Za-z0-9_-]{1,255}$/, "a name of ECS: letters, digits, - and _, 255 at most (no ARN)");
/**
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html; likewise of Classic
 * Load Balancers.
 */
const BALANCER_NAME = of(
  /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/,
  "a name of Elastic Load Balancing: letters, digits and -, 32 at most (no ARN)",
);
/**
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html and
 * API_PutLifecycleHook.html
 */
const GROUP_NAME = of(/^[^\p{Cc}:]{1,255}$/u, "the name of an Auto Scaling group, 255 characters at most (no ARN)");
const HOOK_NAME = of(/^[A-Za-z0-9_/-]{1,255}$/, "the name of a lifecycle hook: letters, digits, -, _ and /");
/** Users who write the document by hand use a name where AWS has an id. */
const REFERENCE = of(/^[A-Za-z0-9_.-]{1,255}$/, "an id or a name: letters, digits, -, _ and . (no ARN)");
const PROCESS = of(new RegExp(`^(?:${PROCESSES.join("|")})$`), `one of ${PROCESSES.join(", ")}`);
const TARGET: Format = {
  want: "the id of an instance, or an IP address",
  fits: (text) => INSTANCE_ID.fits(text) || isIP(text) !== 0,
};

export const FORMATS = {
  INSTANCE_ID,
  ACCOUNT,
  REGION,
  ZONE,
  INSTANCE_TYPE,
  NOTIFICATION_TARGET,
  ECS_NAME,
  BALANCER_NAME,
  GROUP_NAME,
  HOOK_NAME,
  REFERENCE,
  PROCESS,
  TARGET,
} as const;

/** Returns the text of a field. Throws if the field is missing or its text has another format. */
export const textOf = (field: Field, { want, fits }: Format): string => {
  const text = field.text();
  return fits(text) ? text : field.fail(field.path, text, want);
};

/** Returns the text of a field, or null if the field is missing. Throws if its text has another format. */
export const textOrNullOf = (field: Field, format: Format): string | null =>
  field.textOrNull() === null ? null : textOf(field, format);

/** Returns the texts of a list, which is empty if the field is missing. Throws if a text has another format. */
export const textsOf = (field: Field, { want, fits }: Format): readonly string[] =>
  field.texts().map((text, index) => (fits(text) ? text : field.fail(`${field.path}[${index}]`, text, want)));
