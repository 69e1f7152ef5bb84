/** The REST JSON protocol: https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html */
import type { JsonObject, ServiceName, Shape } from "../operation.ts";
import { AwsError } from "../operation.ts";
import type { HttpRequest } from "./http.ts";
import { bodyText } from "./http.ts";
import { readJson } from "./json.ts";

interface Route {
  readonly service: ServiceName;
  readonly method: string;
  /** `{name}` stands for one segment of the path. */
  readonly path: string;
  readonly operation: string;
}

/** https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_Operations.html */
const routes: readonly Route[] = [
  { service: "vpc-lattice", method: "GET", path: "/targetgroups", operation: "ListTargetGroups" },
  {
    service: "vpc-lattice",
    method: "POST",
    path: "/targetgroups/{targetGroupIdentifier}/listtargets",
    operation: "ListTargets",
  },
  {
    service: "vpc-lattice",
    method: "POST",
    path: "/targetgroups/{targetGroupIdentifier}/registertargets",
    operation: "RegisterTargets",
  },
  {
    service: "vpc-lattice",
    method: "POST",
    path: "/targetgroups/{targetGroupIdentifier}/deregistertargets",
    operation: "DeregisterTargets",
  },
];

const labelsOf = (route: Route, path: string): { [name: string]: string } | null => {
  const [wanted, given] = [route.path.split("/"), path.split("/")];
  if (wanted.length !== given.length) return null;
  const labels: { [name: string]: string } = {};
  for (const [index, part] of wanted.entries()) {
    const text = given[index] ?? "";
    if (part.startsWith("{")) labels[part.slice(1, -1)] = decodeURIComponent(text);
    else if (part !== text) return null;
  }
  return labels;
};

const pathOf = (request: HttpRequest): string => request.path.split("?")[0] ?? "";

/** Returns the operation for a method and path, or null if there is none. */
export function restOperation(service: ServiceName, request: HttpRequest): string | null {
  const found = routes.find(
    (route) =>
      route.service === service && route.method === request.method && labelsOf(route, pathOf(request)) !== null,
  );
  return found?.operation ?? null;
}

/** Combines path segments, query string and JSON body. */
export function readRest(
  request: HttpRequest,
  of: { readonly service: ServiceName; readonly operation: string },
  fields: { readonly [name: string]: Shape },
): JsonObject {
  const route = routes.find((one) => one.service === of.service && one.operation === of.operation);
  const labels = route === undefined ? null : labelsOf(route, pathOf(request));
  const query = new URLSearchParams(request.path.split("?")[1] ?? "");
  const asked: JsonObject = {};
  for (const [name, text] of query) {
    const isNumber = fields[name]?.type === "integer";
    if (isNumber && !/^-?\d+$/.test(text)) throw new AwsError("ValidationException", `${name} must be a number`);
    asked[name] = isNumber ? Number(text) : text;
  }
  return { ...readJson(bodyText(request.body), fields), ...asked, ...labels };
}
