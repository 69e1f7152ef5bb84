import { CreateTableCommand, DeleteTableCommand } from "@aws-sdk/client-dynamodb";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createClients } from "../../src/aws/clients.ts";
import { openItemTable } from "../../src/aws/services/dynamodb.ts";
import { systemClock } from "../../src/clock.ts";
import { DUE, SHELF } from "../../src/record/dynamodb/items.ts";
import { openChosen } from "../../src/drivers.ts";
import { ledgers } from "../../src/record/ledger/index.ts";
import { describeWithMinistack, type MinistackServer, startMinistack } from "../support/ministack.ts";
import { storeDeps } from "../support/store-deps.ts";
import type { LedgerFixture } from "./contract/fixture.ts";
import { testLedger } from "./ledger-contract.ts";
import { serviceDoc } from "./support/samples.ts";

const PLACE = { account: null, region: "us-east-1" };
const WRITES = new Set(["TransactWriteItems", "UpdateItem", "PutItem", "DeleteItem", "BatchWriteItem"]);

let server: MinistackServer;
let tables = 0;

/** HTTP that is cut off before the request of one write too many, as where the process was killed. */
function cutOff(left: () => number | null, wrote: () => void): NodeHttpHandler {
  const handler = new NodeHttpHandler();
  const { handle } = handler;
  handler.handle = (request, ...rest) => {
    const target = Object.entries(request.headers).find(([name]) => name.toLowerCase() === "x-amz-target")?.[1] ?? "";
    if (WRITES.has(target.split(".")[1] ?? "")) {
      if (left() === 0) return Promise.reject(Object.assign(new Error("cut off"), { code: "ECONNRESET" }));
      wrote();
    }
    return handle.call(handler, request, ...rest);
  };
  return handler;
}

async function setUp(): Promise<LedgerFixture> {
  const name = `ledger-${tables++}`;
  let left: number | null = null;
  const clients = createClients({
    clock: systemClock,
    accounts: [],
    endpoint: server.endpoint,
    credentials: () => Promise.resolve({ accessKeyId: "AKIA123456789012", secretAccessKey: "x" }),
    requestHandler: cutOff(
      () => left,
      () => void (left === null || left--),
    ),
  });
  const index = ({ index: IndexName, partition, sort }: typeof DUE | typeof SHELF) => ({
    IndexName,
    KeySchema: [
      { AttributeName: partition, KeyType: "HASH" as const },
      { AttributeName: sort, KeyType: "RANGE" as const },
    ],
    Projection: { ProjectionType: "KEYS_ONLY" as const },
  });
  await clients.dynamoDb(PLACE).send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [
        ...["pk", "sk", DUE.partition, SHELF.partition].map((one) => ({
          AttributeName: one,
          AttributeType: "S" as const,
        })),
        ...[DUE.sort, SHELF.sort].map((one) => ({ AttributeName: one, AttributeType: "N" as const })),
      ],
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      GlobalSecondaryIndexes: [index(DUE), index(SHELF)],
    }),
  );
  let opened = 0;
  return {
    open: () =>
      openChosen(
        "the ledger",
        ledgers,
        { driver: "dynamodb", table: name, region: PLACE.region },
        {
          ...storeDeps(),
          itemTable: (_key, table) => openItemTable(() => clients.dynamoDb(PLACE), table),
          owner: String(opened++),
        },
      ),
    settle: () => Promise.resolve(),
    failAfter: (writes) => void (left = writes),
    async remove() {
      await clients.dynamoDb(PLACE).send(new DeleteTableCommand({ TableName: name }));
      clients.destroy();
    },
  };
}

describeWithMinistack("on ministack", () => {
  beforeAll(async () => {
    server = await startMinistack();
  }, 90_000);
  afterAll(() => server.stop());

  testLedger("dynamodb", setUp);

  test("a table that is not there is told as such, and one that is away too; both show in health", async () => {
    const fixture = await setUp();
    const driver = await fixture.open();
    fixture.failAfter(0);
    await expect(driver.touch("service#web", 1, null)).rejects.toMatchObject({ code: "SK-LEDGER-UNAVAILABLE" });
    expect(driver.health()).toMatchObject({ ok: false, code: "SK-LEDGER-UNAVAILABLE" });
    fixture.failAfter(null);
    expect(await driver.load([serviceDoc("web").key])).toEqual([]);
    expect(driver.health()).toMatchObject({ ok: true });
    await fixture.remove();
    const late = await setUp();
    const other = await late.open();
    await late.remove();
    await expect(other.load(["service#web"])).rejects.toMatchObject({ code: "SK-LEDGER-MISSING" });
  });
});
