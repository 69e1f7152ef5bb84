import { fileURLToPath } from "node:url";

/** The folder of the built page, beside `src` and `dist`. */
export const pageFolder = (): string => fileURLToPath(new URL("../page", import.meta.url));
