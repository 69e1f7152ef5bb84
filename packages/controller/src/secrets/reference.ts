import { secretStores } from "./stores/index.ts";

const stores = Object.entries(secretStores);
const REFERENCE = new RegExp(`^\\$\\{(${stores.map(([name]) => name).join("|")}):([^{}]+)\\}$`);

/** Splits a reference into its store and the name in that store; returns null if the text is no reference to a known store. */
export function parseReference(
  text: string,
): { readonly store: keyof typeof secretStores; readonly name: string } | null {
  const [, store, name] = REFERENCE.exec(text) ?? [];
  return store === undefined || name === undefined ? null : { store: store as keyof typeof secretStores, name };
}

/** All forms of references, for error messages. */
export const referenceForms: readonly string[] = stores.map(([, { example }]) => example);
