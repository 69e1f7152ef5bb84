import { systemClock } from "../../src/clock.ts";
import type { Ask } from "../../src/aws/ask.ts";
import type { Aws } from "../../src/aws/aws.ts";
import { createClients } from "../../src/aws/clients.ts";
import { createAws } from "../../src/aws/index.ts";
import type { CallRecord } from "../../src/aws/operation.ts";

/** What the SDK sends, as far as a stub looks at it. */
export interface StubRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly query: { readonly [name: string]: string };
  readonly body: string;
}

export interface StubAnswer {
  readonly status: number;
  readonly headers?: { readonly [name: string]: string };
  readonly body: string;
}

export interface StubBench {
  readonly aws: Aws;
  readonly requests: StubRequest[];
  readonly records: CallRecord[];
  readonly ask: () => Ask;
  readonly close: () => void;
}

/** Our calls through the real SDK, answered by `answer`; what it throws fails the test. */
export function stubBench(answer: (request: StubRequest) => StubAnswer): StubBench {
  const requests: StubRequest[] = [];
  const records: CallRecord[] = [];
  const requestHandler = {
    metadata: { handlerProtocol: "http/1.1" },
    handle: (sent: Omit<StubRequest, "body"> & { readonly body?: string | Uint8Array }) => {
      const body = typeof sent.body === "string" ? sent.body : new TextDecoder().decode(sent.body);
      const request = { ...sent, query: sent.query ?? {}, body };
      requests.push(request);
      const { status, headers = {}, body: text } = answer(request);
      return Promise.resolve({ response: { statusCode: status, headers: { ...headers }, body: Buffer.from(text) } });
    },
    destroy: () => undefined,
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
  const clients = createClients({
    clock: systemClock,
    accounts: [],
    endpoint: null,
    credentials: () => Promise.resolve({ accessKeyId: "test", secretAccessKey: "test" }),
    requestHandler,
  });
  const aws = createAws({
    clock: systemClock,
    random: Math.random,
    clients,
    accounts: [],
    ownAccount: null,
    onCall: (record) => records.push(record),
  });
  return {
    aws,
    requests,
    records,
    ask: () => ({ purpose: "act", deadline: systemClock.now() + 20_000 }),
    close: aws.close,
  };
}

export const json = (status: number, value: object, error?: string): StubAnswer => ({
  status,
  headers: {
    "content-type": "application/json",
    "x-amzn-requestid": "11111111-2222-3333-4444-555555555555",
    ...(error === undefined ? {} : { "x-amzn-errortype": error }),
  },
  body: JSON.stringify(value),
});
