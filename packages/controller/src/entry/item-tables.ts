import type { Clients } from "../aws/clients.ts";
import { type ItemTable, openItemTable } from "../aws/services/dynamodb.ts";
import { SpotkeeperError } from "../errors.ts";

/**
 * Creates a function that opens DynamoDB tables in our own account.
 * @param elsewhere the region of the process, if it has one
 */
export const itemTables =
  (clients: Pick<Clients, "dynamoDb">, elsewhere: string | undefined) =>
  (key: string, table: string, region: string | null): ItemTable => {
    const where = region ?? elsewhere;
    if (where === undefined)
      throw new SpotkeeperError(
        "SK-CONFIG-INVALID",
        `${key}: is missing, wants the region of the table ${table}. Set it, or AWS_REGION.`,
      );
    return openItemTable(() => clients.dynamoDb({ account: null, region: where }), table);
  };
