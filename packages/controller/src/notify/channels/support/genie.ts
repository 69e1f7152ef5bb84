import { z } from "zod";
import type { AlertModel, Channel } from "../../alert.ts";
import type { ChannelDeps } from "../channel.ts";
import { jsonRequest } from "../../../http/json-request.ts";
import { allow as allowed, reference } from "./options.ts";
import { escapeAngles } from "../../render/escape-angles.ts";
import { renderText } from "../../render/text.ts";
import { placeOf, titleOf } from "../../render/ticket.ts";
import { idOf, idsOf, raisedBefore, raisedBy } from "./raised.ts";
import { type Accepted, acceptedJson, ofHttp } from "./result.ts";
import { sendWith } from "./secrets.ts";

/** Options that Opsgenie's Alert API and the integration events of Jira Service Management share. */
export interface GenieOptions<Type extends string> {
  readonly type: Type;
  /** A reference to the key of an API integration. */
  readonly apiKey: string;
  /** Base URL, without `/v2/alerts`. */
  readonly url: string;
  readonly allow?: readonly string[] | undefined;
}

export const genieOptions = <Type extends string>(type: Type, url: string): z.ZodType<GenieOptions<Type>> =>
  z.strictObject({
    type: z.literal(type),
    apiKey: reference,
    url: z.url().default(url),
    allow: allowed,
  });

/**
 * 130 and 15,000 characters: https://docs.opsgenie.com/docs/alert-deprecated (kept in v2). The same limits are used for
 * notes.
 */
const LONGEST_MESSAGE = 130;
const MOST_BYTES = 15_000;
const PRIORITY: { readonly [S in AlertModel["severity"]]: string } = { critical: "P1", warning: "P3", info: "P5" };

/** The receipt: after a close the same alias creates a new alert, so the state is stored. */
const previously = z.object({ closed: z.boolean() });

/** The requests are queued; what becomes of them can only be asked with more rights than an integration has. */
const QUEUED: Accepted = acceptedJson("the service's JSON with a requestId", z.object({ requestId: z.string() }));

/**
 * Keeps one alert of the service for each alert, by `alias`: a repetition updates the open one. The API is
 * asynchronous: 202 means that the request will be processed.
 */
export function genieChannel({ apiKey, url, allow = [] }: GenieOptions<string>, deps: ChannelDeps): Channel {
  const http = deps.http(allow);
  return {
    // Each update is one more note.
    updates: "material",
    pace: null,
    send: sendWith(deps.secret, { apiKey }, async ({ apiKey: key }, model, previous, signal) => {
      const open = previously.safeParse(previous).data?.closed === false;
      const before = open ? raisedBefore(previous) : 0;
      const raised = open ? raisedBy(model, before) : 0;
      const headers = { authorization: `GenieKey ${key}` };
      for (const { path, body } of requestsOf(model, open && raised === before, raised)) {
        const target = `${url.replace(/\/+$/, "")}/v2/alerts${path}`;
        const result = ofHttp(await http(jsonRequest("POST", target, body, headers), signal), QUEUED);
        if (result.is !== "sent") return result;
      }
      return { is: "sent", receipt: { closed: model.closes, raised } };
    }),
  };
}

/**
 * Makes the requests, with their paths below `/v2/alerts`. Pure. An alert is identified by its alias:
 * https://jira.atlassian.com/browse/JSDCLOUD-14179. Integration events cannot change a priority (they create, acknowledge,
 * close and add notes:
 * https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-integration-events/), so what gets worse is
 * another alert with another alias. A note to an alert that a person has closed or deleted is dropped without an error, so
 * that an update creates the alert first: while it is open, that only counts one more occurrence.
 *
 * @param open whether an earlier message opened the alert that this one is about
 * @param raised how often it got worse, with this message
 */
export function requestsOf(
  model: AlertModel,
  open: boolean,
  raised: number,
): readonly { readonly path: string; readonly body: object }[] {
  const text = escapeAngles(renderText(model, { mostMembers: 200, mostBytes: MOST_BYTES }).join("\n"));
  const alias = idOf(model, raised);
  const at = (id: string, what: string): string => `/${id}/${what}?identifierType=alias`;
  const note = { note: text, source: "Spotkeeper" };
  if (model.closes) return idsOf(model, raised).map((id) => ({ path: at(id, "close"), body: note }));
  const created = {
    message: escapeAngles(titleOf(model, LONGEST_MESSAGE)),
    alias,
    description: text,
    entity: escapeAngles(placeOf(model)),
    source: "Spotkeeper",
    tags: ["spotkeeper", model.severity],
    priority: PRIORITY[model.severity],
  };
  const create = { path: "", body: created };
  return open ? [create, { path: at(alias, "notes"), body: note }] : [create];
}
