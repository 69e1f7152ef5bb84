/** Account and region of a queue, which messages without an envelope do not contain (docs/aws-facts.md, 17). */
export interface QueuePlace {
  readonly account: string | null;
  readonly region: string;
}

const REGION = "([a-z]{2,5}(?:-[a-z]+)+-\\d{1,2})";
/** `sqs.REGION.amazonaws.com`, behind a VPC endpoint, with FIPS, dual-stack, and the oldest form `REGION.queue.…`. */
const HOSTS = [new RegExp(`(?:^|\\.)sqs(?:-fips)?\\.${REGION}\\.`), new RegExp(`^${REGION}\\.queue\\.`)];

/**
 * Reads account and region from a queue's URL. https://docs.aws.amazon.com/general/latest/gr/sqs-service.html
 *
 * @param elsewhere region to use if the URL contains none (an endpoint that is not AWS's)
 * @example queueAt("https://sqs.eu-west-1.amazonaws.com/111122223333/spotkeeper").region // "eu-west-1"
 */
export function queueAt(queueUrl: string, elsewhere: string = "us-east-1"): QueuePlace {
  const { host, pathname } = new URL(queueUrl);
  const region = HOSTS.map((pattern) => pattern.exec(host)?.[1]).find((found) => found !== undefined);
  return { account: /^\/(\d{12})\//.exec(pathname)?.[1] ?? null, region: region ?? elsewhere };
}

/** Whether two URLs mean the same queue: a queue has several host names. */
export function isSameQueue(one: string, other: string): boolean {
  const [a, b] = [one, other].map((url) => ({ ...queueAt(url), name: new URL(url).pathname.replace(/\/+$/, "") }));
  return a?.region === b?.region && a?.name === b?.name;
}

/** Parses the ARN of a queue; returns null if it is none. */
export function queueOfArn(arn: string): (QueuePlace & { readonly account: string; readonly name: string }) | null {
  const [, region, account, name] = /^arn:aws[\w-]*:sqs:([a-z0-9-]+):(\d{12}):([\w.-]{1,80})$/.exec(arn) ?? [];
  return region === undefined || account === undefined || name === undefined ? null : { region, account, name };
}
