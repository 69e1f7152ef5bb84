import { describe, expect, test } from "vitest";
import { classify } from "../../src/aws/classify.ts";
import { createClients } from "../../src/aws/clients.ts";
import { systemClock } from "../../src/clock.ts";
import { stubBench } from "./stub.ts";

const HERE = { account: null, region: "eu-west-1" };
const QUEUE = "https://sqs.eu-west-1.amazonaws.com/111122223333/spot";

/** SQS's answer, through the real SDK: the code of the JSON protocol, and beside it that of the query protocol. */
async function receiving(code: string, inQueryProtocol: string): Promise<ReturnType<typeof classify>> {
  const body = JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message: "words of AWS" });
  const headers = {
    "content-type": "application/x-amz-json-1.0",
    ...(inQueryProtocol === "" ? {} : { "x-amzn-query-error": `${inQueryProtocol};Sender` }),
  };
  const clients = createClients({
    clock: systemClock,
    accounts: [],
    endpoint: null,
    credentials: () => Promise.resolve({ accessKeyId: "test", secretAccessKey: "test" }),
    requestHandler: {
      handle: () => Promise.resolve({ response: { statusCode: 400, headers, body: Buffer.from(body) } }),
    } as never,
  });
  const error = await clients
    .sqs(HERE)
    .receiveMessage({ QueueUrl: QUEUE })
    .catch((thrown: unknown) => thrown);
  clients.destroy();
  return classify(error, { service: "sqs", name: "ReceiveMessage" });
}

describe("SQS's failures have kinds of their own, in both spellings, and words that lead to the mend", () => {
  test.each([
    ["OverLimit", "OverLimit", "over-limit", true, /received and not deleted/],
    ["OverLimit", "AWS.SimpleQueueService.OverLimit", "over-limit", true, /received and not deleted/],
    ["OverLimit", "", "over-limit", true, /received and not deleted/],
    ["KmsDisabled", "KMS.DisabledException", "kms", false, /enable the key/],
    ["KmsDisabled", "", "kms", false, /enable the key/],
    ["KmsAccessDenied", "KMS.AccessDeniedException", "kms", false, /kms:Decrypt/],
    ["KmsAccessDenied", "", "kms", false, /kms:Decrypt/],
    ["KmsInvalidState", "KMS.InvalidStateException", "kms", false, /pending deletion/],
    ["KmsInvalidKeyUsage", "KMS.InvalidKeyUsageException", "kms", false, /symmetric/],
    ["KmsNotFound", "KMS.NotFoundException", "kms", false, /does not exist/],
    ["KmsOptInRequired", "KMS.OptInRequired", "kms", false, /signed up/],
    ["KmsThrottled", "KMS.ThrottlingException", "throttled", true, /KmsDataKeyReusePeriodSeconds/],
    ["KmsThrottled", "", "throttled", true, /KmsDataKeyReusePeriodSeconds/],
    ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "not-found", false, /words of AWS/],
  ])("%s, %s", async (code, inQueryProtocol, kind, retryable, words) => {
    const failure = await receiving(code, inQueryProtocol);
    expect(failure.fields).toMatchObject({ kind, retryable });
    expect(failure.message).toMatch(words);
  });
});

test("the KMS failures of SNS are the same", () => {
  const error = Object.assign(new Error("x"), { name: "KMSAccessDeniedException", $fault: "client", $metadata: {} });
  expect(classify(error, { service: "sns", name: "Publish" }).fields.kind).toBe("kms");
});

test("STS that is not active in a region is told from a denial", () => {
  const error = Object.assign(new Error("STS is not activated in this region for account:111122223333"), {
    name: "RegionDisabledException",
    $fault: "client",
    $metadata: { httpStatusCode: 403 },
  });
  const failure = classify(error, { service: "sts", name: "AssumeRole" });
  expect(failure.fields).toMatchObject({ kind: "region-disabled", retryable: false });
  expect(failure.message).toMatch(/activate it in IAM's account settings/);
});

describe("a signature that a wrong clock has spoilt", () => {
  const refused = (code: string): string =>
    `<Response><Errors><Error><Code>${code}</Code><Message>no</Message></Error></Errors></Response>`;
  const found = "<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>";

  test.each(["SignatureDoesNotMatch", "RequestExpired", "AuthFailure"])(
    "%s is tried again where the SDK has learnt AWS's time from it",
    async (code) => {
      const awsTime = new Date(Date.now() - 330_000).toUTCString();
      let asked = 0;
      const bench = stubBench(() =>
        asked++ === 0
          ? { status: 403, headers: { date: awsTime }, body: refused(code) }
          : { status: 200, headers: { date: awsTime }, body: found },
      );
      const describeOne = (): Promise<unknown> =>
        bench.aws.ec2.describeInstances(HERE, ["i-0123456789abcdef0"], bench.ask());
      const failure = await describeOne().catch((error: unknown) => error);
      expect(failure).toMatchObject({ fields: { kind: "unavailable", retryable: true, awsCode: code } });
      await describeOne();
      const signedAt = bench.requests.map(({ headers }) => headers["x-amz-date"] ?? "");
      expect(signedAt[1]! < signedAt[0]!).toBe(true);
      bench.close();
    },
  );

  test.each(["SignatureDoesNotMatch", "AuthFailure"])("by a clock that is right %s is a denial", async (code) => {
    const date = new Date().toUTCString();
    const bench = stubBench(() => ({ status: 403, headers: { date }, body: refused(code) }));
    const asked = bench.aws.ec2.describeInstances(HERE, ["i-0123456789abcdef0"], bench.ask());
    await expect(asked).rejects.toMatchObject({ fields: { kind: "denied", retryable: false } });
    bench.close();
  });
});
