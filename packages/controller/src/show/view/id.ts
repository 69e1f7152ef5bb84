import type { Key } from "../../model/key.ts";

const PREFIX = "incident#";

/** Returns the id of an incident for people: `i-0abc#2`, its key without the kind of document. */
export const idOf = (key: Key): string => (key.startsWith(PREFIX) ? key.slice(PREFIX.length) : key);

/** Returns the key of an incident from its id, with or without the kind. */
export const keyOf = (id: string): Key => (id.startsWith(PREFIX) ? id : `${PREFIX}${id}`);
