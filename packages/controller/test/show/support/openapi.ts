import { expect } from "vitest";
import { z } from "zod";

type Json = { readonly [key: string]: unknown };

/** Checks an answer against the OpenAPI document that the same server gives out. */
export async function expectAsDocumented(
  base: string,
  method: string,
  path: string,
  response: Response,
): Promise<unknown> {
  const document = (await (await fetch(`${base}/api/v1/openapi.json`)).json()) as Json;
  const operation = at(document, "paths", path, method);
  const type = (response.headers.get("content-type") ?? "").split(";")[0]!;
  const schema = at(operation, "responses", String(response.status), "content", type, "schema");
  const defs = at(document, "components", "schemas");
  const text = JSON.stringify({ ...schema, $defs: defs }).replaceAll("#/components/schemas/", "#/$defs/");
  const body: unknown = await response.json();
  const checked = z.fromJSONSchema(JSON.parse(text)).safeParse(body);
  expect(checked.error?.issues ?? []).toEqual([]);
  return body;
}

function at(json: Json, ...path: readonly string[]): Json {
  let here: Json | undefined = json;
  for (const name of path) {
    here = here[name] as Json | undefined;
    if (here === undefined) throw new Error(`The OpenAPI document has no ${path.join(" > ")}: ${name} is missing.`);
  }
  return here;
}
