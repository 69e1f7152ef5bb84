/**
 * Writes outputs of the query protocols: JSON in the SDK's shape becomes the service's XML.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html,
 * https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html
 */
import type { Json, JsonObject, Shape } from "../operation.ts";

type Fields = { readonly [name: string]: Shape };

const ESCAPES: { readonly [char: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#xD;",
  "\n": "&#xA;",
};

/** Matches texts that need no escape, which most texts are. */
const PLAIN = /^[\t !#-%'-;=?-~]*$/;

/** Escapes a text for XML. Characters that XML 1.0 cannot contain become U+FFFD, since clients could not parse them. */
export function escapeXml(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .replace(/[&<>"\r\n]/g, (char) => ESCAPES[char] ?? char)
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD");
}

/** Writes the members of a structure. Fields that are undefined or null are left out. */
export function writeFields(value: JsonObject, fields: Fields, ec2: boolean): string {
  let xml = "";
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined || member === null) continue;
    const shape = fields[name];
    const wire = shape?.wire ?? (ec2 ? name.charAt(0).toLowerCase() + name.slice(1) : name);
    if (Array.isArray(member) && shape?.type === "list" && shape.flat === true) {
      xml += member.map((item) => element(wire, item, shape.of, ec2)).join("");
    } else {
      xml += element(wire, member, shape, ec2);
    }
  }
  return xml;
}

function element(name: string, value: Json, shape: Shape | undefined, ec2: boolean): string {
  return `<${name}>${content(value, shape, ec2)}</${name}>`;
}

function content(value: Json, shape: Shape | undefined, ec2: boolean): string {
  if (value === null) return "";
  if (typeof value === "string") return escapeXml(value);
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") return shape?.type === "timestamp" ? new Date(value).toISOString() : String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) {
    const list = shape?.type === "list" ? shape : undefined;
    const item = list?.member ?? (ec2 ? "item" : "member");
    return value.map((member) => element(item, member, list?.of, ec2)).join("");
  }
  if (shape?.type === "map") {
    return Object.entries(value)
      .map(([key, member]) =>
        member === undefined
          ? ""
          : `<entry><key>${escapeXml(key)}</key>${element("value", member, shape.of, ec2)}</entry>`,
      )
      .join("");
  }
  return writeFields(value, shape?.type === "structure" ? shape.fields : {}, ec2);
}
