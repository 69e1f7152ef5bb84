import type { Provided } from "./provided.ts";
import { providePython } from "./python.ts";

/** The variable with the interpreter that runs `-m moto.server`. Empty: not available, and its suites are skipped. */
export const motoVariable = "SPOTKEEPER_MOTO_PYTHON";

/** Provides moto, the emulator of AWS's APIs for the adapter tests. */
export const provideMoto = (root: string, say: (line: string) => void): Promise<Provided> =>
  providePython(root, { name: "moto", module: "moto.server" }, say);
