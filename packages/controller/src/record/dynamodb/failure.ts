import { AwsFailure } from "../../aws/failure.ts";
import { type ErrorCode, SpotkeeperError } from "../../errors.ts";

/** Converts the error of a DynamoDB call to an error of the ledger. */
export function toLedgerError(table: string, error: unknown): SpotkeeperError {
  if (error instanceof SpotkeeperError && !(error instanceof AwsFailure)) return error;
  const why = error instanceof Error ? error.message : "unknown";
  const [code, sentence] = meaningOf(error instanceof AwsFailure ? error.fields.kind : null, table);
  return new SpotkeeperError(code, `${sentence} (${why})`, { cause: error });
}

function meaningOf(kind: AwsFailure["fields"]["kind"] | null, table: string): readonly [ErrorCode, string] {
  switch (kind) {
    case "throttled":
    case "over-limit":
      return ["SK-LEDGER-THROTTLED", `DynamoDB throttles the ledger's table ${table}; writing resumes by itself`];
    case "denied":
    case "kms":
    case "region-disabled":
      return ["SK-LEDGER-DENIED", `DynamoDB refuses the ledger's table ${table}: allow the role to use it`];
    case "not-found":
      return ["SK-LEDGER-MISSING", `The ledger's table ${table} is not there: make it, or name another`];
    case "invalid":
      return ["SK-LEDGER-INVALID", `DynamoDB takes what is written to ${table} for no request that makes sense`];
    case "conflict":
    case "unavailable":
    case "timed-out":
    case null:
      return ["SK-LEDGER-UNAVAILABLE", `The ledger's table ${table} cannot be reached; it is tried again`];
  }
}
