import type { Ms } from "../../clock.ts";
import type { KnownSilence } from "../../notify/silences.ts";
import type { SilenceView } from "./schema.ts";
import { timeOf } from "./time.ts";

export function silenceView(
  { id, match, startsAt, endsAt, author, comment, createdAt, edits = [] }: KnownSilence,
  now: Ms,
): SilenceView {
  return {
    id,
    state: endsAt <= now ? "ended" : startsAt > now ? "pending" : "active",
    match: { ...match },
    startsAt: timeOf(startsAt),
    endsAt: timeOf(endsAt),
    author,
    comment,
    createdAt: timeOf(createdAt),
    edits: edits.map((edit) => ({
      at: timeOf(edit.at),
      by: edit.by,
      before: {
        match: { ...edit.match },
        startsAt: timeOf(edit.startsAt),
        endsAt: timeOf(edit.endsAt),
        comment: edit.comment,
      },
    })),
  };
}
