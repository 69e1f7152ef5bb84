import type { AwsError, JsonObject, Shape } from "../operation.ts";
import type { HttpResponse } from "./http.ts";
import { textResponse } from "./http.ts";
import { writeJson } from "./json.ts";
import type { WireService } from "./protocol.ts";
import { escapeXml, writeFields } from "./xml.ts";

type Fields = { readonly [name: string]: Shape };

/**
 * The codes of the query protocol that SQS used earlier, for older clients.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsquerycompatible-trait
 */
const queryCodes: { readonly [code: string]: string } = {
  QueueDoesNotExist: "AWS.SimpleQueueService.NonExistentQueue",
  MessageNotInflight: "AWS.SimpleQueueService.MessageNotInflight",
  EmptyBatchRequest: "AWS.SimpleQueueService.EmptyBatchRequest",
  TooManyEntriesInBatchRequest: "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
  BatchEntryIdsNotDistinct: "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
};

/** The parts of every answer: the request id, and the simulator's time (epoch milliseconds). */
export interface AnswerHead {
  readonly requestId: string;
  readonly now: number;
}

/** Renders an operation's output in the service's protocol. */
export function answer(
  service: WireService,
  operation: string,
  output: JsonObject,
  fields: Fields,
  head: AnswerHead,
): HttpResponse {
  const { requestId } = head;
  const root = `${operation}Response`;
  switch (service.protocol) {
    case "ec2": {
      const inner = writeFields(output, fields, true);
      return xml(
        200,
        `<${root} xmlns="${service.namespace}"><requestId>${requestId}</requestId>${inner}</${root}>`,
        head,
      );
    }
    case "query": {
      const result = `<${operation}Result>${writeFields(output, fields, false)}</${operation}Result>`;
      const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
      return xml(200, `<${root} xmlns="${service.namespace}">${result}${metadata}</${root}>`, head);
    }
    case "json1.0":
    case "json1.1":
    case "rest-json":
      return json(200, service.protocol, writeJson(output, fields), head, {});
  }
}

/** Renders an error in the service's protocol. `AwsError.code` is the code that SDKs show as the error's name. */
export function errorAnswer(service: WireService, error: AwsError, head: AnswerHead): HttpResponse {
  const code = escapeXml(error.code);
  const message = escapeXml(error.message);
  switch (service.protocol) {
    case "ec2":
      return xml(
        error.status,
        `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors>` +
          `<RequestID>${head.requestId}</RequestID></Response>`,
        head,
      );
    case "query": {
      const type = error.status < 500 ? "Sender" : "Receiver";
      return xml(
        error.status,
        `<ErrorResponse xmlns="${service.namespace}"><Error><Type>${type}</Type><Code>${code}</Code>` +
          `<Message>${message}</Message></Error><RequestId>${head.requestId}</RequestId></ErrorResponse>`,
        head,
      );
    }
    case "json1.0":
    case "json1.1":
    case "rest-json": {
      const body = JSON.stringify({ __type: error.code, message: error.message });
      const queryCode = queryCodes[error.code];
      const extra = {
        "x-amzn-errortype": error.code,
        ...(queryCode === undefined ? {} : { "x-amzn-query-error": `${queryCode};Sender` }),
      };
      return json(error.status, service.protocol, body, head, extra);
    }
  }
}

function common(head: AnswerHead): { readonly [name: string]: string } {
  return { "x-amzn-requestid": head.requestId, date: new Date(head.now).toUTCString() };
}

function xml(status: number, content: string, head: AnswerHead): HttpResponse {
  return textResponse(
    status,
    "text/xml;charset=UTF-8",
    `<?xml version="1.0" encoding="UTF-8"?>\n${content}`,
    common(head),
  );
}

function json(
  status: number,
  protocol: "json1.0" | "json1.1" | "rest-json",
  content: string,
  head: AnswerHead,
  extra: { readonly [name: string]: string },
): HttpResponse {
  const type = protocol === "rest-json" ? "application/json" : `application/x-amz-json-${protocol.slice(4)}`;
  return textResponse(status, type, content, { ...common(head), ...extra });
}
