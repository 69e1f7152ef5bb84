import {
  type AttributeValue,
  BatchGetItemCommand,
  type DynamoDBClient,
  type Put,
  QueryCommand,
  type TransactWriteItem,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { classify } from "../classify.ts";
import { failed } from "../failure.ts";

/** One item; its attributes are texts and numbers. */
export interface Item {
  readonly [attribute: string]: string | number;
}

export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** `version` is the version that must be stored: 0 if the item must not exist yet, null if any version will do. */
export type ItemWrite =
  | { readonly put: Item & ItemKey; readonly version: number | null }
  | { readonly remove: ItemKey; readonly version: number | null }
  | { readonly check: ItemKey; readonly version: number };

export interface ItemQuery {
  /** Null: the table itself, strongly consistent. An index is eventually consistent. */
  readonly index: string | null;
  readonly partition: readonly [attribute: string, value: string];
  /** The range is inclusive. */
  readonly sort?: readonly [attribute: string, from: string | number, to: string | number];
  readonly limit: number;
  /** All key attributes (of table and index) of the last item that was read. */
  readonly after: Item | null;
}

/**
 * A DynamoDB table with the key `pk` and `sk`. Each call is one attempt, and rejects with `AwsFailure`.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html
 */
export interface ItemTable {
  /** Reads the items that exist, strongly consistent, in any order. */
  get(keys: readonly ItemKey[], attributes?: readonly string[]): Promise<readonly Item[]>;
  /**
   * Writes all items or none; returns false if a stored version differs, or another transaction writes one of them.
   */
  write(writes: readonly ItemWrite[]): Promise<boolean>;
  /** Sets and removes attributes of one item whose version is still `version`; returns false if it differs. */
  update(key: ItemKey, version: number, set: Item, unset: readonly string[]): Promise<boolean>;
  query(query: ItemQuery): Promise<{ readonly items: readonly Item[]; readonly more: boolean }>;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const KEYS_A_BATCH = 100;
/** Maximum number of answers: one has at most 16 MB; the other keys are read again. */
const MOST_ANSWERS = 10;

/**
 * Codes of a write that conflicts with another:
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */
const LOST: ReadonlySet<string | undefined> = new Set(["ConditionalCheckFailed", "TransactionConflict"]);
const LOST_ALONE: ReadonlySet<unknown> = new Set(["ConditionalCheckFailedException", "TransactionConflictException"]);

export function openItemTable(client: () => DynamoDBClient, table: string): ItemTable {
  async function call<T>(name: string, send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      throw classify(error, { service: "dynamodb", name });
    }
  }

  async function getBatch(keys: readonly ItemKey[], attributes: readonly string[] | undefined): Promise<Item[]> {
    const items: Item[] = [];
    const names = Object.fromEntries((attributes ?? []).map((name, n) => [`#a${n}`, name]));
    let left: Record<string, AttributeValue>[] = keys.map(marshal);
    for (let answers = 0; answers < MOST_ANSWERS; answers++) {
      const request = {
        Keys: left,
        ConsistentRead: true,
        ...(attributes === undefined
          ? {}
          : { ProjectionExpression: Object.keys(names).join(), ExpressionAttributeNames: names }),
      };
      const { Responses, UnprocessedKeys } = await call("BatchGetItem", () =>
        client().send(new BatchGetItemCommand({ RequestItems: { [table]: request } })),
      );
      items.push(...(Responses?.[table] ?? []).map(unmarshal));
      left = UnprocessedKeys?.[table]?.Keys ?? [];
      if (left.length === 0) return items;
    }
    const operation = { service: "dynamodb", name: "BatchGetItem" };
    throw failed("throttled", operation, "UnprocessedKeys", `${left.length} keys were not read`);
  }

  return {
    async get(keys, attributes) {
      const batches = Array.from({ length: Math.ceil(keys.length / KEYS_A_BATCH) }, (_, n) =>
        getBatch(keys.slice(n * KEYS_A_BATCH, (n + 1) * KEYS_A_BATCH), attributes),
      );
      return (await Promise.all(batches)).flat();
    },

    write(writes) {
      return call("TransactWriteItems", async () => {
        try {
          const items = writes.map((write) => transactItem(table, write));
          await client().send(new TransactWriteItemsCommand({ TransactItems: items }));
          return true;
        } catch (error) {
          if (error instanceof TransactionCanceledException) {
            const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code);
            const others = codes.filter((code) => code !== "None" && !LOST.has(code));
            if (others.length === 0 && codes.some((code) => LOST.has(code))) return false;
            // The first code that is no conflict is the cause: `ThrottlingError`, `ValidationError`, …
            throw Object.assign(new Error(error.message), { name: others[0] ?? error.name, $fault: "client" });
          }
          throw error;
        }
      });
    },

    update(key, version, set, unset) {
      return call("UpdateItem", async () => {
        const names = [...Object.keys(set), ...unset];
        const sets = Object.keys(set).map((_, n) => `#a${n} = :a${n}`);
        const removes = unset.map((_, n) => `#a${sets.length + n}`);
        try {
          await client().send(
            new UpdateItemCommand({
              TableName: table,
              Key: marshal(key),
              ConditionExpression: "#v = :v",
              UpdateExpression: `SET ${sets.join()}${removes.length === 0 ? "" : ` REMOVE ${removes.join()}`}`,
              ExpressionAttributeNames: {
                "#v": "version",
                ...Object.fromEntries(names.map((name, n) => [`#a${n}`, name])),
              },
              ExpressionAttributeValues: {
                ":v": { N: String(version) },
                ...Object.fromEntries(Object.values(set).map((value, n) => [`:a${n}`, attribute(value)])),
              },
            }),
          );
          return true;
        } catch (error) {
          if (error instanceof Error && LOST_ALONE.has(error.name)) return false;
          throw error;
        }
      });
    },

    async query({ index, partition, sort, limit, after }) {
      const [name, value] = partition;
      const { Items, LastEvaluatedKey } = await call("Query", () =>
        client().send(
          new QueryCommand({
            TableName: table,
            ...(index === null ? { ConsistentRead: true } : { IndexName: index }),
            KeyConditionExpression: sort === undefined ? "#p = :p" : "#p = :p AND #s BETWEEN :from AND :to",
            ExpressionAttributeNames: { "#p": name, ...(sort === undefined ? {} : { "#s": sort[0] }) },
            ExpressionAttributeValues: {
              ":p": { S: value },
              ...(sort === undefined ? {} : { ":from": attribute(sort[1]), ":to": attribute(sort[2]) }),
            },
            Limit: limit,
            ...(after === null ? {} : { ExclusiveStartKey: marshal(after) }),
          }),
        ),
      );
      return { items: (Items ?? []).map(unmarshal), more: LastEvaluatedKey !== undefined };
    },
  };
}

function transactItem(table: string, write: ItemWrite): TransactWriteItem {
  const condition = write.version === null ? {} : conditionOf(write.version);
  if ("put" in write) return { Put: { TableName: table, Item: marshal(write.put), ...condition } };
  if ("remove" in write) return { Delete: { TableName: table, Key: marshal(write.remove), ...condition } };
  return { ConditionCheck: { TableName: table, Key: marshal(write.check), ...conditionOf(write.version) } };
}

/** Makes the condition that this version is stored; 0 means no item is stored. */
const conditionOf = (
  version: number,
): Pick<Put, "ExpressionAttributeNames" | "ExpressionAttributeValues"> & { readonly ConditionExpression: string } =>
  version === 0
    ? { ConditionExpression: "attribute_not_exists(pk)" }
    : {
        ConditionExpression: "#v = :v",
        ExpressionAttributeNames: { "#v": "version" },
        ExpressionAttributeValues: { ":v": { N: String(version) } },
      };

const attribute = (value: string | number): AttributeValue =>
  typeof value === "number" ? { N: String(value) } : { S: value };

const marshal = (item: object): Record<string, AttributeValue> =>
  Object.fromEntries(Object.entries(item as Item).map(([name, value]) => [name, attribute(value)]));

const unmarshal = (item: Record<string, AttributeValue>): Item =>
  Object.fromEntries(Object.entries(item).map(([name, { S, N }]): [string, string | number] => [name, S ?? Number(N)]));
