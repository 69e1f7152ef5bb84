import { afterEach, beforeEach, describe } from "vitest";
import { noteOf } from "../../src/flow/note-of.ts";
import type { Doc } from "../../src/model/doc.ts";
import { createLedger } from "../../src/record/create-ledger.ts";
import type { Ledger } from "../../src/record/ledger/ledger.ts";
import { testAccept } from "./contract/accept.ts";
import { testArchiving } from "./contract/archiving.ts";
import { testAtomicity } from "./contract/atomicity.ts";
import { testClose } from "./contract/close.ts";
import { testCommit } from "./contract/commit.ts";
import type { Contract, LedgerFixture } from "./contract/fixture.ts";
import { testLists } from "./contract/lists.ts";
import { testQueue } from "./contract/queue.ts";

async function openOn(fixture: LedgerFixture): Promise<Ledger> {
  return createLedger(await fixture.open(), { noteOf });
}

/** What every driver must do. A driver's own test file calls this, and adds what only it does. */
export function testLedger(name: string, setUp: () => Promise<LedgerFixture>): void {
  describe(`ledger contract: ${name}`, () => {
    let fixture: LedgerFixture;
    let ledger: Ledger;
    const opened: Ledger[] = [];
    const open = async (): Promise<Ledger> => {
      const client = await openOn(fixture);
      opened.push(client);
      return client;
    };
    beforeEach(async () => {
      fixture = await setUp();
      ledger = await open();
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((client) => client.close()));
      await fixture.remove();
    });

    const contract: Contract = {
      ledger: () => ledger,
      fixture: () => fixture,
      open,
      async stored<D extends Doc>(doc: D) {
        const result = await ledger.commit([doc], []);
        if (result === "conflict" || result[0] === undefined) throw new Error(`${doc.key} could not be stored`);
        return result[0] as D;
      },
    };
    for (const part of [testAccept, testCommit, testAtomicity, testQueue, testLists, testArchiving, testClose])
      part(contract);
  });
}
