import { afterAll, beforeAll, expect, test } from "vitest";
import { startShow, type Setting } from "./worker.ts";
import { jsonLines, spotkeeper } from "./support.ts";

let setting: Setting;
beforeAll(async () => {
  setting = await startShow();
});
afterAll(() => setting.close());

const silence = (...args: string[]): ReturnType<typeof spotkeeper> =>
  spotkeeper(["silence", ...args, "--url", setting.url], { env: { USER: "ana", SPOTKEEPER_TOKEN: "s3cret" } });

test("add, list, expire: asked of a worker with the token", async () => {
  const made = await silence(
    ...["add", "--match", "cluster=prod", "--match", "tag.team=x", "--match", "tag.team=y"],
    ...["--for", "2h", "--comment", "load test", "--output", "json"],
  );
  expect({ code: made.code, stderr: made.stderr }).toEqual({
    code: 0,
    stderr: "It matches nothing now: no incident is open.\n",
  });
  const [one] = jsonLines(made.stdout);
  expect(one).toMatchObject({
    state: "active",
    match: { cluster: ["prod"], tag: { team: ["x", "y"] } },
    author: "ana",
  });
  expect(Date.parse(String(one?.["endsAt"])) - Date.parse(String(one?.["startsAt"]))).toBe(7_200_000);
  const listed = await silence();
  expect(listed.stdout).toMatch(
    /^ID +STATE +FROM +UNTIL +WHAT +BY +WHY\n\w{8} +active .* cluster=prod tag\.team=x tag\.team=y +ana +load test\n$/,
  );
  expect((await silence("expire", String(one?.["id"]))).stdout).toContain(" ended ");
  expect((await silence("list")).stdout).toBe("No silences.\n");
  expect(jsonLines((await silence("list", "--ended", "--output", "json")).stdout)).toHaveLength(1);
  const again = await silence("expire", "nobody");
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("No silence is called nobody.")]);
});

test("preview and edit: what it matches now, and what is not given stays", async () => {
  const seen = await silence("preview", "--match", "cluster=prod");
  expect([seen.code, seen.stdout, seen.stderr]).toEqual([0, "It matches nothing now: no incident is open.\n", ""]);
  const json = await silence("preview", "--all", "--output", "json");
  expect(jsonLines(json.stdout)).toEqual([{ count: 0, of: 0, items: [] }]);
  const made = await silence("add", "--match", "cluster=prod", "--for", "1h", "--comment", "x", "--output", "json");
  const id = String(jsonLines(made.stdout)[0]?.["id"]);
  const edited = await silence("edit", id, "--for", "3h", "--author", "bob", "--output", "json");
  expect({ code: edited.code, stderr: edited.stderr }).toEqual({ code: 0, stderr: "" });
  const [one] = jsonLines(edited.stdout);
  expect(one).toMatchObject({ id, match: { cluster: ["prod"] }, author: "ana", comment: "x", edits: [{ by: "bob" }] });
  const narrowed = await silence("edit", id, "--match", "cluster=prod-2");
  expect(narrowed.stdout).toContain(" cluster=prod-2 ");
  await silence("expire", id);
  const late = await silence("edit", id, "--for", "1h");
  expect([late.code, late.stderr]).toEqual([1, expect.stringContaining("It has ended. Add another one.")]);
  const nothing = await silence("edit", id);
  expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining("nothing to change is given")]);
  const wide = await silence("preview");
  expect([wide.code, wide.stderr]).toEqual([2, expect.stringContaining("--match is wanted")]);
});

test("from and until a time, and everything where it is said so", async () => {
  const times = ["--from", "2030-01-01T00:00:00+01:00", "--until", "2030-01-02T00:00:00Z"];
  const made = await silence("add", "--all", ...times, "--author", "bob", "--comment", "x", "--output", "json");
  expect(made.stderr).toBe("It matches nothing now: no incident is open.\n");
  expect(jsonLines(made.stdout)[0]).toMatchObject({
    state: "pending",
    match: {},
    startsAt: "2029-12-31T23:00:00.000Z",
    author: "bob",
  });
});

const comment = ["--comment", "x"];
test.each([
  ["no matcher", ["--for", "1h", ...comment], /everything would be silenced.*--all[\s\S]*SK-CALL-SILENCE/],
  ["both", ["--all", "--match", "group=a", "--for", "1h", ...comment], /leave one out/],
  ["nothing", [], /--match is wanted[\s\S]*--for or --until is wanted[\s\S]*--comment is wanted/],
  ["no end", ["--match", "group=a", ...comment], /--for or --until is wanted/],
  ["an unknown key", ["--match", "clutser=a", "--for", "1h", ...comment], /did you mean cluster\?[\s\S]*SK-CALL-MATCH/],
  ["no key", ["--match", "prod", "--for", "1h", ...comment], /key=value/],
  ["an unknown kind", ["--match", "kind=storm", "--for", "1h", ...comment], /kind\[0\]: got "storm", wants one of: /],
  ["no duration", ["--match", "group=a", "--for", "soon", ...comment], /wants a duration/],
  ["a time without zone", ["--match", "group=a", "--until", "2030-01-01", ...comment], /wants a time with its zone/],
  ["two ends", ["--all", "--for", "1h", "--until", "2030-01-01T00:00:00Z", ...comment], /cannot be used with/],
  ["no comment", ["--all", "--for", "1h"], /--comment/],
])("add refuses %s with 2", async (_, args, said) => {
  const { code, stdout, stderr } = await silence("add", ...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(said);
});
