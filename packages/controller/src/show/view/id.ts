import type { Key } from "../../model/key.ts";

const PREFIX = "incident#";

/** How people name an incident: `i-0abc#2`, its key without what kind of document it is. */
export const idOf = (key: Key): string => (key.startsWith(PREFIX) ? key.slice(PREFIX.length) : key);

/** The key that is meant, with or without its kind. */
export const keyOf = (id: string): Key => (id.startsWith(PREFIX) ? id : `${PREFIX}${id}`);
