import { channels } from "../../../../controller/src/notify/channels/index.ts";
import type { ChannelFactory } from "../../../../controller/src/notify/channels/channel.ts";
import type { ArchiveFactory } from "../../../../controller/src/record/archive/archive.ts";
import { archives } from "../../../../controller/src/record/archive/index.ts";
import type { LedgerDriver, LedgerFactory } from "../../../../controller/src/record/ledger/driver.ts";
import { ledgers } from "../../../../controller/src/record/ledger/index.ts";

/** Makes of a piece of work one that the process dies at. */
export type Dying = <A extends readonly unknown[], R>(work: (...args: A) => Promise<R>) => (...args: A) => Promise<R>;

type Commit = LedgerDriver["commit"];

/** Changes the commits of all ledgers that fit: those of a message have to do with the record of its subject. */
const eachCommit = (ofMessages: boolean, change: (commit: Commit) => Commit): void => {
  const registry: Record<string, LedgerFactory> = ledgers;
  for (const [name, factory] of Object.entries(registry))
    registry[name] = {
      ...factory,
      async open(options, deps) {
        const driver = await factory.open(options, deps);
        const changed = change(driver.commit);
        return {
          ...driver,
          commit: (writes, unchanged, entries) =>
            [...writes, ...unchanged].some(({ key }) => key.startsWith("subject#")) === ofMessages
              ? changed(writes, unchanged, entries)
              : driver.commit(writes, unchanged, entries),
        };
      },
    };
};

/** Where the worker writes, beside the responders: all drivers of a registry at once. */
export const parts: { readonly [name: string]: (dying: Dying) => void } = {
  /** A message: in the ledger, and not yet deleted from the queue. */
  accept: (dying) => eachCommit(true, dying),
  /** Any step, intended or done. */
  commit: (dying) => eachCommit(false, dying),
  archive(dying) {
    const registry: Record<string, ArchiveFactory> = archives;
    for (const [name, factory] of Object.entries(registry))
      registry[name] = {
        ...factory,
        async open(options, deps) {
          const archive = await factory.open(options, deps);
          return { ...archive, put: dying(archive.put) };
        },
      };
  },
  /** An alert: somebody has read it, and nothing says so. */
  send(dying) {
    const registry: Record<string, ChannelFactory> = channels;
    for (const [name, factory] of Object.entries(registry)) {
      registry[name] = {
        ...factory,
        create(options, deps) {
          const channel = factory.create(options, deps);
          return { ...channel, send: dying(channel.send) };
        },
      };
    }
  },
};
