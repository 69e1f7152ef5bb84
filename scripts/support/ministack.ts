import type { Provided } from "./provided.ts";
import { providePython } from "./python.ts";

/** The variable with the interpreter that runs ministack. Empty: not available, and its suites are skipped. */
export const ministackVariable = "SPOTKEEPER_MINISTACK_PYTHON";

/** Provides ministack. Its DynamoDB keeps conditions and transactions under concurrent writers; moto's does not. */
export const provideMinistack = (root: string, say: (line: string) => void): Promise<Provided> =>
  providePython(root, { name: "ministack", module: "ministack.app" }, say);
