import type { Ask, Place, Receipt } from "../ask.ts";
import type { Clients } from "../clients.ts";
import type { Clock } from "../../clock.ts";
import { AwsFailure } from "../failure.ts";
import type { Lanes } from "../lanes.ts";
import type { Operation } from "../operation.ts";

/** Dependencies of all services. */
export interface ServiceDeps {
  readonly lanes: Pick<Lanes, "ask">;
  readonly clients: Clients;
  readonly clock: Clock;
}

/** Maximum number of pages of a list; more are a fault. */
const MOST_PAGES = 1_000;

/**
 * Reads all pages of a list.
 *
 * @param read reads the page of a token, and returns the next token
 */
export async function allPages(read: (token: string | undefined) => Promise<string | undefined>): Promise<void> {
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const next = await read(token);
    // An empty token ends a list, too; a repeated token would never end it.
    if (next === undefined || next === "" || next === token) return;
    token = next;
  }
  throw new RangeError(`AWS answered more than ${MOST_PAGES} pages`);
}

/**
 * Calls an operation for many ids; those that AWS does not find are absent. Rejects with the first `AwsFailure`.
 *
 * @param isAbsent whether a failure means that AWS does not find the id
 */
export async function askForEach<Answer>(
  deps: ServiceDeps,
  at: Place,
  operation: Operation<string, Answer | undefined>,
  group: string,
  ids: Iterable<string>,
  ask: Ask,
  isAbsent: (failure: AwsFailure) => boolean = () => false,
): Promise<ReadonlyMap<string, Answer>> {
  const askOne = async (id: string): Promise<Answer | undefined> => {
    try {
      return await deps.lanes.ask(at, operation, group, id, ask);
    } catch (error) {
      if (error instanceof AwsFailure && isAbsent(error)) return undefined;
      throw error;
    }
  };
  const answers = [...new Set(ids)].map(async (id) => [id, await askOne(id)] as const);
  const found = new Map<string, Answer>();
  for (const [id, answer] of await Promise.all(answers)) if (answer !== undefined) found.set(id, answer);
  return found;
}

/** Makes an operation with one item per call. */
export function single<Item, Answer>(
  of: Omit<Operation<Item, Answer>, "size" | "keyOf" | "send">,
  send: (item: Item, at: Place, signal: AbortSignal) => Promise<Answer>,
): Operation<Item, Answer> {
  return {
    ...of,
    size: 1,
    keyOf: (item) => JSON.stringify(item),
    async send(batch) {
      const [item] = batch.items;
      if (item === undefined) throw new RangeError("A batch without items was sent");
      const answer = await batch.request((signal) => send(item, batch.at, signal));
      return () => answer;
    },
  };
}

/** Makes an operation that lists all items of one name, page by page. */
export function listing<Answer>(
  of: Pick<Operation<string, readonly Answer[]>, "service" | "name" | "limit">,
  read: (
    name: string,
    token: string | undefined,
    at: Place,
    signal: AbortSignal,
  ) => Promise<{ readonly found: readonly Answer[]; readonly next: string | undefined }>,
): Operation<string, readonly Answer[]> {
  return {
    ...of,
    size: 1,
    share: "in-flight",
    keyOf: (name) => name,
    async send(batch) {
      const [name] = batch.items;
      if (name === undefined) throw new RangeError("A batch without items was sent");
      const all: Answer[] = [];
      await allPages(async (token) => {
        const page = await batch.request((signal) => read(name, token, batch.at, signal));
        all.push(...page.found);
        return page.next;
      });
      return () => all;
    },
  };
}

/** The part of an SDK answer that receipts need. */
export interface Answered {
  readonly $metadata: { readonly requestId?: string | undefined };
}

export const receipt = (clock: Clock, answer: Answered, already = false): Receipt => ({
  requestId: answer.$metadata.requestId ?? null,
  at: clock.now(),
  already,
});

/**
 * Converts a failure to a receipt with `already` if the write was done before, or its object is gone. Other failures
 * are thrown.
 */
export async function orAlready(
  clock: Clock,
  write: Promise<Receipt>,
  isDone: (failure: AwsFailure) => boolean,
): Promise<Receipt> {
  try {
    return await write;
  } catch (error) {
    if (!(error instanceof AwsFailure) || !isDone(error)) throw error;
    return { requestId: error.fields.requestId, at: clock.now(), already: true };
  }
}

export const isGone = (failure: AwsFailure): boolean => failure.fields.kind === "not-found";

export const chunks = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));
