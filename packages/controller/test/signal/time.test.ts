import { expect, test } from "vitest";
import { readTime } from "../../src/read-time.ts";

const AT = Date.UTC(2026, 10, 5, 3, 4, 5);

test.each<[unknown, number]>([
  ["2026-11-05T03:04:05Z", AT],
  ["2026-11-05t03:04:05z", AT],
  ["2026-11-05 03:04:05", AT],
  ["2026-11-05T03:04:05", AT],
  [" 2026-11-05T03:04:05.678Z ", AT + 678],
  ["2026-11-05T03:04:05.678901Z", AT + 678],
  ["2026-11-05T04:04:05+01:00", AT],
  ["2026-11-04T19:34:05-0730", AT],
  ["2026-11-05T03:04Z", AT - 5_000],
  ["2026-11-05 03:04:05 UTC", AT],
  ["Thu, 05 Nov 2026 03:04:05 GMT", AT],
  ["Thu, 5 Nov 2026 03:04:05 GMT", AT],
  ["5 November 2026 03:04:05 GMT", AT],
  ["Thu, 05 Nov 2026 04:04:05 +0100", AT],
  [AT, AT],
  [AT / 1000, AT],
  [String(AT), AT],
  [String(AT / 1000), AT],
  [`${AT / 1000}.5`, AT + 500],
])("%j is read", (value, at) => expect(readTime(value)).toBe(at));

test.each<[unknown]>([
  [""],
  ["now"],
  [null],
  [undefined],
  [{}],
  [["2026-11-05T03:04:05Z"]],
  ["2026-13-05T03:04:05Z"],
  ["2026-02-30T03:04:05Z"],
  ["2026-11-05T24:04:05Z"],
  ["2026-11-05T03:60:05Z"],
  ["2026-11-05"],
  ["0001-01-01T00:00:00Z"],
  ["9999-12-31T23:59:59Z"],
  ["Thu, 05 Foo 2026 03:04:05 GMT"],
  ["31 Feb 2026 03:04:05 GMT"],
  [0],
  [-1],
  [Number.NaN],
  [Infinity],
  [1e300],
  ["1"],
  ["9".repeat(400)],
])("%j is no time", (value) => expect(readTime(value)).toBeNull());
