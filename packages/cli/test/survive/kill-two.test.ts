import { AFTER_EFFECTS } from "./support/boundaries.ts";
import { testSurvival } from "./support/suite.ts";

// Whoever is first dies. A file of its own: most of it is waiting, which another worker of vitest can do meanwhile.
testSurvival("two workers on one queue and one ledger", 2, AFTER_EFFECTS, () => true);
