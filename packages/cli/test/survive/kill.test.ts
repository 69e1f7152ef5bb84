import { ALL, isEffect } from "./support/boundaries.ts";
import { testSurvival } from "./support/suite.ts";

testSurvival("one worker", 1, ALL, isEffect);
