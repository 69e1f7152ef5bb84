import type { ItemTable } from "./aws/services/dynamodb.ts";
import type { Clock } from "./clock.ts";
import type { Http } from "./http/http.ts";
import type { Secrets } from "./secrets/secrets.ts";

/** Dependencies that drivers of ledger, archive and inventory may use. */
export interface StoreDeps {
  readonly clock: Clock;
  /** Different for each process. */
  readonly owner: string;
  /** Resolves the path of a file; throws SK-CONFIG-INVALID with the config key if its folder does not exist. */
  readonly resolvePath: (key: string, file: string) => string;
  /** Opens a DynamoDB table in a region (null means that of the process). Throws SK-CONFIG-INVALID if no region is known. */
  readonly itemTable: (key: string, table: string, region: string | null) => ItemTable;
  /** For references in the options. Resolve them at each use, so that a rotated secret needs no restart. */
  readonly secrets: Secrets;
  /** Makes a guarded HTTP client; `allow` lists hosts and addresses that may be called although they are not public. */
  readonly http: (allow: readonly string[]) => Http;
}
