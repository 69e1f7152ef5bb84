import { NO_FACTS } from "../../../decide/decide.ts";
import { surelyMatches } from "../../../decide/match.ts";
import { clean } from "../../message/clean.ts";
import { untilText } from "../until-text.ts";
import type { Stage } from "../stage.ts";
import { suppressEach } from "./suppress-members.ts";

/** Suppresses incidents that match an active silence. */
export const silence: Stage = (passing, input) =>
  suppressEach(passing, input, "silenced", ({ doc, facts }, at) => {
    const found = input.silences.find(
      ({ startsAt, endsAt, match }) =>
        startsAt <= at && at < endsAt && surelyMatches(match, doc.body, facts ?? NO_FACTS),
    );
    return found === undefined
      ? null
      : `silenced by ${clean(found.author)} (${found.id})${untilText(found.endsAt)}: ${clean(found.comment)}`;
  });
