import { matcherOf, type SilencePreviewView, SpotkeeperError } from "@spotkeeper/controller";
import type { Api } from "../api.ts";
import type { Io } from "../io.ts";

export const PATH = "/api/v1/silences";

export interface WhatOptions {
  readonly url?: string;
  readonly match: readonly string[];
  readonly all?: true;
}

export interface TimedOptions extends WhatOptions {
  readonly for?: number;
  readonly until?: string;
  readonly from?: string;
  readonly author?: string;
  readonly comment?: string;
}

/** Returns the body of the request. Throws SK-CALL-MATCH and SK-CALL-SILENCE. */
export function askedFor(given: TimedOptions, io: Pick<Io, "env">): object {
  const body = bodyOf(given, io);
  refuse([
    ...wrongWhat(given),
    [given.until === undefined && given.for === undefined, "--for or --until is wanted: a silence ends."],
    [(given.comment ?? "") === "", "--comment is wanted: why?"],
    [body.author === "", "--author is wanted: who asks for it?"],
  ]);
  return body;
}

/** Returns the body of an edit: only what is given. Throws SK-CALL-MATCH and SK-CALL-SILENCE. */
export function changeFor(given: TimedOptions, io: Pick<Io, "env">): object {
  const { match, ...rest } = bodyOf(given, io);
  const changes = [given.match.length > 0, given.all, given.from, given.until, given.for, given.comment];
  refuse([
    [given.match.length > 0 && given.all === true, "--all and --match are given: leave one out."],
    [changes.every((one) => one === undefined || one === false), "nothing to change is given: --match, --for …"],
    [rest.author === "", "--author is wanted: who edits it?"],
  ]);
  return given.match.length > 0 ? { match, ...rest } : rest;
}

function bodyOf(given: TimedOptions, io: Pick<Io, "env">) {
  return {
    match: matcherOf(given.match),
    ...(given.all === true ? { all: true } : {}),
    ...(given.from === undefined ? {} : { startsAt: given.from }),
    ...(given.until === undefined ? {} : { endsAt: given.until }),
    // Send a duration, since the worker's clock may differ from this machine's.
    ...(given.for === undefined ? {} : { seconds: given.for / 1_000 }),
    author: given.author ?? io.env["USER"] ?? "",
    ...(given.comment === undefined ? {} : { comment: given.comment }),
  };
}

/** Each with what to do if it is so. */
type Wrongs = readonly (readonly [wrong: boolean, message: string])[];

export const wrongWhat = ({ match, all }: WhatOptions): Wrongs => [
  [
    match.length === 0 && all !== true,
    "--match is wanted: without any, everything would be silenced. Say so with --all.",
  ],
  [match.length > 0 && all === true, "--all and --match are given: leave one out."],
];

export function refuse(wrongs: Wrongs): void {
  const wrong = wrongs.flatMap(([is, message]) => (is ? [message] : []));
  if (wrong.length > 0) throw new SpotkeeperError("SK-CALL-SILENCE", wrong.join("\n"));
}

export const preview = async (api: Api, { match, all }: WhatOptions): Promise<SilencePreviewView> =>
  (await api.send("POST", `${PATH}/preview`, {
    match: matcherOf(match),
    ...(all === true ? { all } : {}),
  })) as SilencePreviewView;

export const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;
