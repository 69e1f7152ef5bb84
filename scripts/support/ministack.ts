import type { Provided } from "./provided.ts";
import { providePython } from "./python.ts";

/** Where the tests find the interpreter that runs ministack. Empty: it could not be had, and those suites are skipped. */
export const ministackVariable = "SPOTKEEPER_MINISTACK_PYTHON";

/** Provides ministack, whose DynamoDB keeps conditions and transactions under concurrent writers, as moto's does not. */
export const provideMinistack = (root: string, say: (line: string) => void): Promise<Provided> =>
  providePython(root, { name: "ministack", module: "ministack.app" }, say);
