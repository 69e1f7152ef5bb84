import { z } from "zod";
import type { Ms } from "../../../clock.ts";
import type { Plain } from "../../../model/plain.ts";
import type { AlertModel, Channel, SendResult } from "../../alert.ts";
import type { ChannelDeps, ChannelFactory } from "../channel.ts";
import { createJiraClient, type JiraClient } from "./client.ts";
import { allow as allowed, reference } from "../support/options.ts";
import { adfNote, renderAdf } from "./rendering.ts";
import { alertId, titleOf } from "../../render/ticket.ts";
import { sendWith } from "../support/secrets.ts";
import { explained, mayNotBrowse } from "./rights.ts";

export interface JiraOptions {
  readonly type: "jira";
  /** `https://<site>.atlassian.net`, or `https://api.atlassian.com/ex/jira/<cloudId>` for tokens with scopes. */
  readonly url: string;
  readonly email: string;
  /** A reference to the account's API token. */
  readonly token: string;
  readonly project: string;
  readonly issueType: string;
  /** Names of priorities by severity; else the project's default. */
  readonly priority?: { readonly [S in AlertModel["severity"]]?: string | undefined } | undefined;
  /** The transition, or its target status, when the alert is over; absent: only a comment. */
  readonly transition?: string | undefined;
  readonly allow?: readonly string[] | undefined;
}

/** "Summary must be less than 255 characters": https://github.com/release-engineering/Sync2Jira/pull/119 */
const LONGEST_SUMMARY = 254;
/** How long a new issue may be missing in a search: "within seconds" (client.ts). */
const SETTLES: Ms = 15_000;

const name = z.string().min(1).max(255);

/**
 * Keeps one issue for each alert: creates it, adds comments, and moves it when the alert is over. After a crash between
 * creating and storing its key, the issue is found by a label with the alert's id. If it was deleted, or closed before the
 * alert is over, another one is created.
 */
export const jiraChannel: ChannelFactory<z.ZodType<JiraOptions>> = {
  options: z.strictObject({
    type: z.literal("jira"),
    url: z.url(),
    email: z.email(),
    token: reference,
    project: z.string().regex(/^[A-Z][A-Z0-9_]+$/, "wants the key of a project, such as OPS"),
    issueType: name,
    priority: z.strictObject({ critical: name, warning: name, info: name }).partial().optional(),
    transition: name.optional(),
    allow: allowed,
  }),
  create(options: JiraOptions, deps: ChannelDeps): Channel {
    const http = deps.http(options.allow ?? []);
    /** Until when an issue may exist that no search finds yet: the answer to its creation was lost. */
    const unsure = new Map<string, Ms>();
    return {
      // Each update is one more comment.
      updates: "material",
      pace: null,
      send: sendWith(deps.secret, { token: options.token }, async ({ token }, model, previous, signal) => {
        const authorization = `Basic ${Buffer.from(`${options.email}:${token}`).toString("base64")}`;
        const jira = createJiraClient(http, options.url, authorization);
        return explained(await sendBy(jira, model, previous, signal), jira, options.project, signal);
      }),
    };

    async function sendBy(
      jira: JiraClient,
      model: AlertModel,
      previous: Plain,
      signal: AbortSignal,
    ): Promise<SendResult> {
      const known = z.object({ key: z.string() }).safeParse(previous).data?.key ?? null;
      const told = known === null ? "dead" : await tell(jira, model, known, options, signal);
      if (told !== "dead") return told;
      // An account that may not see its own issue would make another with each update.
      const hidden = known === null ? null : await mayNotBrowse(jira, options.project, signal);
      if (hidden !== null) return hidden;
      const id = alertId(model);
      const found = await jira.search(withLabel(options.project, id, model.phase), signal);
      if ("failed" in found) return found.failed;
      // A search can still name an issue that was deleted or closed a moment ago.
      const key = found.value.find((one) => one !== known);
      const retold = key === undefined ? "dead" : await tell(jira, model, key, options, signal);
      if (retold !== "dead") return retold;
      const now = deps.clock.now();
      const settled = unsure.get(id) ?? 0;
      if (now < settled)
        return {
          is: "retry",
          reason: "its last answer was lost, and a search may not know yet",
          after: settled - now,
        };
      const created = await jira.create(fieldsOf(model, options), signal);
      if ("value" in created) unsure.delete(id);
      else if (created.failed.is === "retry") unsure.set(id, now + SETTLES);
      if ("failed" in created) return created.failed;
      const sent: SendResult = { is: "sent", receipt: { key: created.value } };
      if (model.phase !== "outcome") return sent;
      const ended = await tell(jira, model, created.value, options, signal);
      return ended === "dead" ? sent : ended;
    }
  },
};

/**
 * Finds the issue of an alert whose receipt was lost. Only an open one, since nobody reads news in a closed issue; of an
 * outcome also one that was closed just before its comment failed.
 */
const withLabel = (project: string, id: string, phase: AlertModel["phase"]): string =>
  phase === "outcome" ? `project = "${project}" AND labels = "${id}" ORDER BY created ASC` : withOpen(project, id);

/**
 * Makes the fields of a new issue. Pure.
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-post
 */
export function fieldsOf(model: AlertModel, options: JiraOptions): object {
  const priority = options.priority?.[model.severity];
  return {
    project: { key: options.project },
    issuetype: { name: options.issueType },
    summary: titleOf(model, LONGEST_SUMMARY),
    description: renderAdf(model),
    labels: ["spotkeeper", alertId(model)],
    ...(priority === undefined ? {} : { priority: { name: priority } }),
  };
}

/**
 * Updates an existing issue. The comment comes last, since only the comment is not idempotent. `dead`: the issue was
 * deleted, or it was closed and this is news, so that there must be another one.
 */
async function tell(
  jira: JiraClient,
  model: AlertModel,
  key: string,
  { project, transition, priority }: JiraOptions,
  signal: AbortSignal,
): Promise<SendResult | "dead"> {
  const sent: SendResult = { is: "sent", receipt: { key } };
  if (model.phase === "receipt") return sent;
  const status = await jira.status(key, signal);
  if ("failed" in status) return status.gone ? "dead" : status.failed;
  if (status.value.done && model.phase === "update") return "dead";
  const raisedTo = model.raised ? priority?.[model.severity] : undefined;
  if (raisedTo !== undefined) {
    const edited = await jira.edit(key, { priority: { name: raisedTo } }, signal);
    if ("failed" in edited) return edited.failed;
  }
  let unmoved: string | null = null;
  if (model.closes) {
    const twins = await closeTwins(jira, key, withOpen(project, alertId(model)), transition, signal);
    if (twins !== null) return twins;
    const moved = await moveTo(jira, key, transition, signal);
    if ("failed" in moved) return moved.failed;
    unmoved = moved.value;
  }
  const body = renderAdf(model);
  const last = unmoved === null ? [] : adfNote(unmoved).content;
  const commented = await jira.comment(key, { ...body, content: [...body.content, ...last] }, signal);
  return "failed" in commented ? commented.failed : sent;
}

const withOpen = (project: string, id: string): string =>
  `project = "${project}" AND labels = "${id}" AND statusCategory != Done ORDER BY created ASC`;

/**
 * Closes duplicate issues, which were created because a search was stale: adds a comment with the main issue, and moves
 * them.
 */
async function closeTwins(
  jira: JiraClient,
  key: string,
  jql: string,
  transition: string | undefined,
  signal: AbortSignal,
): Promise<SendResult | null> {
  const found = await jira.search(jql, signal);
  if ("failed" in found) return found.failed;
  for (const twin of found.value.filter((one) => one !== key)) {
    const commented = await jira.comment(twin, adfNote(`The same as ${key}, where it goes on.`), signal);
    if ("failed" in commented) return commented.failed;
    const moved = await moveTo(jira, twin, transition, signal);
    if ("failed" in moved) return moved.failed;
  }
  return null;
}

/** Moves an issue; returns null on success, else the reason as text for people. */
async function moveTo(
  jira: JiraClient,
  key: string,
  transition: string | undefined,
  signal: AbortSignal,
): ReturnType<typeof jira.transition> {
  if (transition === undefined) return { value: null };
  const id = await jira.transition(key, transition, signal);
  if ("failed" in id) return id;
  if (id.value !== null) return jira.move(key, id.value, signal);
  const status = await jira.status(key, signal);
  if ("failed" in status) return status;
  if (status.value.name.toLowerCase() === transition.toLowerCase()) return { value: null };
  return { value: `It could not be moved: from ${status.value.name} there is no transition ${transition}.` };
}
