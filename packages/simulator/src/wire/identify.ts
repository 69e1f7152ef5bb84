import type { ServiceName } from "../operation.ts";
import type { HttpRequest } from "./http.ts";
import { bodyText } from "./http.ts";
import type { WireService } from "./protocol.ts";
import { wireServices } from "./protocol.ts";
import { restOperation } from "./rest.ts";

/** The parts of a request that are known before its input is parsed. */
export interface Identity {
  readonly service: WireService;
  readonly operation: string;
  readonly account: string;
  readonly region: string;
}

/** The account of keys that contain none; the number in AWS's examples. */
const DEFAULT_ACCOUNT = "123456789012";
const DEFAULT_REGION = "us-east-1";

/** Returns the account in an access key of the simulator: `AKIA` (user) or `ASIA` (session), then twelve digits. */
function accountOfKey(accessKeyId: string): string {
  return /^A[KS]IA(\d{12})/.exec(accessKeyId)?.[1] ?? DEFAULT_ACCOUNT;
}

/**
 * Finds service, operation, account and region: from the signature's credential scope, `X-Amz-Target`, the path (REST),
 * or the API version of an unsigned form. Signatures are not verified. Returns null if no service fits.
 */
export function identify(request: HttpRequest): Identity | null {
  const scope = credentialScope(request.headers["authorization"] ?? "");
  const place = { account: accountOfKey(scope?.key ?? ""), region: scope?.region ?? DEFAULT_REGION };
  const target = request.headers["x-amz-target"];
  if (target !== undefined) {
    const [namespace = "", operation = ""] = target.split(".");
    const service = wireServices.find((candidate) => candidate.namespace === namespace);
    return service === undefined ? null : { service, operation, ...place };
  }
  const rest = wireServices.find((one) => one.protocol === "rest-json" && one.scope === scope?.service);
  if (rest !== undefined) {
    const operation = restOperation(rest.name, request);
    return operation === null ? null : { service: rest, operation, ...place };
  }
  const form = new URLSearchParams(formText(request));
  const operation = form.get("Action");
  const version = form.get("Version");
  if (operation === null) return null;
  const service =
    wireServices.find((candidate) => candidate.version === version && isForm(candidate.name)) ??
    wireServices.find((candidate) => candidate.scope === scope?.service && isForm(candidate.name));
  return service === undefined ? null : { service, operation, ...place };
}

/** Returns the form of a query protocol: the body, or the query string of a GET. */
export function formText(request: HttpRequest): string {
  return request.method === "GET" ? (request.path.split("?")[1] ?? "") : bodyText(request.body);
}

function isForm(name: ServiceName): boolean {
  const protocol = wireServices.find((service) => service.name === name)?.protocol;
  return protocol === "query" || protocol === "ec2";
}

/** `AWS4-HMAC-SHA256 Credential=AKIA…/20260101/eu-west-1/ec2/aws4_request, …` */
function credentialScope(authorization: string): { key: string; region: string; service: string } | null {
  const match = /Credential=([^/,\s]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(authorization);
  const [, key, region, service] = match ?? [];
  return key === undefined || region === undefined || service === undefined ? null : { key, region, service };
}
