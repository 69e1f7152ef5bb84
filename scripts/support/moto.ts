import type { Provided } from "./provided.ts";
import { providePython } from "./python.ts";

/** Where the tests find the interpreter that runs `-m moto.server`. Empty: it could not be had, and those suites are skipped. */
export const motoVariable = "SPOTKEEPER_MOTO_PYTHON";

/** Provides moto, the emulator of AWS's APIs that adapter tests talk to. */
export const provideMoto = (root: string, say: (line: string) => void): Promise<Provided> =>
  providePython(root, { name: "moto", module: "moto.server" }, say);
