import { expect, test } from "vitest";

import type { Shape } from "../../src/operation.ts";
import { readForm } from "../../src/wire/form.ts";

const text: Shape = { type: "string" };

test("EC2's names start with a capital, whatever the XML name", () => {
  const fields: { readonly [name: string]: Shape } = {
    InstanceIds: { type: "list", wire: "instanceId", flat: true, of: text },
    DryRun: { type: "boolean", wire: "dryRun" },
  };
  expect(readForm("Action=X&Version=1&InstanceId.1=i-1&DryRun=true", fields, true)).toEqual({
    InstanceIds: ["i-1"],
    DryRun: true,
  });
});

test("lists keep the order of their numbers, not of the text", () => {
  const fields: { readonly [name: string]: Shape } = { Names: { type: "list", of: text } };
  const body = "Names.member.10=c&Names.member.2=b&Names.member.1=a";
  expect(readForm(body, fields, false)).toEqual({ Names: ["a", "b", "c"] });
});

test("maps, times and bytes", () => {
  const fields: { readonly [name: string]: Shape } = {
    Attributes: { type: "map", of: { type: "structure", fields: { Raw: { type: "blob" } } } },
    StartTime: { type: "timestamp" },
  };
  const body = "Attributes.entry.1.Name=a&Attributes.entry.1.Value.Raw=AQL/&StartTime=2026-01-05T10:00:00Z";
  expect(readForm(body, fields, false)).toEqual({
    Attributes: { a: { Raw: new Uint8Array([1, 2, 255]) } },
    StartTime: 1_767_607_200_000,
  });
});

test("what no shape tells is taken as it looks", () => {
  const body = "Plain=1&List.member.1=a&Bare.1.Deep=b&Structure.Name=c";
  expect(readForm(body, {}, false)).toEqual({
    Plain: "1",
    List: ["a"],
    Bare: [{ Deep: "b" }],
    Structure: { Name: "c" },
  });
});

test.each([
  ["DryRun=yes", "a boolean"],
  ["MaxResults=", "a number"],
  ["StartTime=yesterday", "a time"],
])("%s is refused: it must be %s", (body, what) => {
  const fields: { readonly [name: string]: Shape } = {
    DryRun: { type: "boolean" },
    MaxResults: { type: "integer" },
    StartTime: { type: "timestamp" },
  };
  expect(() => readForm(body, fields, true)).toThrow(what);
});

test("hostile names stay data", () => {
  const read = readForm("__proto__.polluted=1&constructor.prototype.x=2", {}, false);
  expect(Object.keys(read).sort((a, b) => a.localeCompare(b))).toEqual(["__proto__", "constructor"]);
  expect(({} as { polluted?: string }).polluted).toBeUndefined();
});
