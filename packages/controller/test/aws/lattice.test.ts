import { afterEach, expect, test } from "vitest";
import { json, stubBench, type StubAnswer, type StubBench, type StubRequest } from "./stub.ts";

/**
 * VPC Lattice as its API reference has it; no emulator knows it. Refuses whatever differs from it.
 * https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_DeregisterTargets.html
 */
function lattice(groups: ReadonlyMap<string, Map<string, string>>): StubBench {
  return stubBench((request): StubAnswer => {
    const [, operation] =
      /^\/targetgroups\/[^/]+\/(listtargets|deregistertargets|registertargets)$/.exec(request.path) ?? [];
    const id = request.path.split("/")[2] ?? "";
    expect(request.method).toBe("POST");
    const targets = groups.get(id);
    if (targets === undefined) {
      return json(
        404,
        { message: "not found", resourceId: id, resourceType: "TARGET_GROUP" },
        "ResourceNotFoundException",
      );
    }
    switch (operation) {
      case "listtargets":
        return list(request, targets);
      case "deregistertargets":
      case "registertargets":
        return write(operation, request, targets);
      default:
        throw new Error(`VPC Lattice has no ${request.method} ${request.path}`);
    }
  });
}

function list(request: StubRequest, targets: ReadonlyMap<string, string>): StubAnswer {
  const from = Number(request.query["nextToken"] ?? 0);
  const size = Number(request.query["maxResults"]);
  expect(size).toBeGreaterThanOrEqual(1);
  expect(size).toBeLessThanOrEqual(100);
  const items = [...targets].slice(from, from + size).map(([key, status]) => ({ ...targetOf(key), status }));
  return json(200, { items, ...(from + size < targets.size ? { nextToken: `${from + size}` } : {}) });
}

function write(operation: string, request: StubRequest, targets: Map<string, string>): StubAnswer {
  const input = JSON.parse(request.body) as { targets: { id: string; port?: number }[] };
  if (input.targets.length < 1 || input.targets.length > 100) {
    return json(400, { message: "1 to 100 targets", reason: "fieldValidationFailed" }, "ValidationException");
  }
  const known = (one: { id: string; port?: number }) => targets.has(`${one.id}:${one.port ?? 80}`);
  const bad = input.targets.filter((one) =>
    operation === "deregistertargets" ? !known(one) : one.id.startsWith("bad"),
  );
  const good = input.targets.filter((one) => !bad.includes(one));
  for (const one of good)
    targets.set(`${one.id}:${one.port ?? 80}`, operation === "registertargets" ? "INITIAL" : "DRAINING");
  const failureCode = operation === "deregistertargets" ? "TargetNotFound" : "InvalidTarget";
  return json(200, {
    successful: good,
    unsuccessful: bad.map((one) => ({ ...one, failureCode, failureMessage: "why it was not done" })),
  });
}

const targetOf = (key: string): { id: string; port: number } => {
  const [id = "", port] = key.split(":");
  return { id, port: Number(port) };
};

const home = { account: null, region: "eu-west-1" };
const GROUP = "tg-0123456789abcdef0";
let it: StubBench;
afterEach(() => it.close());
const fill = (count: number): Map<string, string> =>
  new Map(Array.from({ length: count }, (_, index) => [`i-${index}:80`, "HEALTHY"]));

test("all pages of targets are read", async () => {
  it = lattice(new Map([[GROUP, fill(250)]]));
  const targets = await it.aws.lattice.targets(home, GROUP, it.ask());
  expect(targets).toHaveLength(250);
  expect(targets[0]).toEqual({ id: "i-0", port: 80, status: "HEALTHY" });
  expect(it.requests).toHaveLength(3);
});

test("deregistering is merged, and who is not there is `already`", async () => {
  const targets = fill(150);
  it = lattice(new Map([[GROUP, targets]]));
  const all = [...targets.keys(), "i-gone:80"].map(targetOf);
  const receipts = await Promise.all(all.map((target) => it.aws.lattice.deregister(home, GROUP, target, it.ask())));
  expect(receipts.filter(({ already }) => already)).toHaveLength(1);
  expect(receipts.at(-1)?.already).toBe(true);
  expect(it.requests).toHaveLength(2);
  expect(new Set(targets.values())).toEqual(new Set(["DRAINING"]));
});

test("a target group that is gone has nothing to deregister, and cannot be listed", async () => {
  it = lattice(new Map());
  const target = { id: "i-0", port: null };
  expect((await it.aws.lattice.deregister(home, GROUP, target, it.ask())).already).toBe(true);
  await expect(it.aws.lattice.targets(home, GROUP, it.ask())).rejects.toMatchObject({ fields: { kind: "not-found" } });
});

test("registering again: one that is refused fails alone, with the reason", async () => {
  const targets = fill(1);
  it = lattice(new Map([[GROUP, targets]]));
  const [good, bad] = await Promise.allSettled(
    ["i-0", "bad"].map((id) => it.aws.lattice.register(home, GROUP, { id, port: null }, it.ask())),
  );
  expect(good).toMatchObject({ status: "fulfilled", value: { already: false } });
  expect(bad).toMatchObject({
    status: "rejected",
    reason: { message: expect.stringContaining("why it was not done"), fields: { kind: "conflict" } },
  });
  expect(it.requests).toHaveLength(1);
  expect(JSON.parse(it.requests[0]!.body)).toEqual({ targets: [{ id: "i-0" }, { id: "bad" }] });
});
