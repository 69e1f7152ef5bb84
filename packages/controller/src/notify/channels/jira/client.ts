import { z } from "zod";
import { type Asked, exchange, type Wanted, wantedJson } from "../support/exchange.ts";
import type { Http } from "../../../http/http.ts";
import { jsonRequest } from "../../../http/json-request.ts";
import type { AdfDocument } from "./rendering.ts";

/** The operations of Jira Cloud's REST API v3 that are used. Each is one request. */
export interface JiraClient {
  /** Returns keys of issues, oldest first. May be stale (see createJiraClient). */
  search(jql: string, signal: AbortSignal): Promise<Asked<readonly string[]>>;
  create(fields: object, signal: AbortSignal): Promise<Asked<string>>;
  /** Changes fields of an issue. */
  edit(key: string, fields: object, signal: AbortSignal): Promise<Asked<null>>;
  comment(key: string, body: AdfDocument, signal: AbortSignal): Promise<Asked<null>>;
  /** Returns the id of the transition with this name or target status; null if there is none now. */
  transition(key: string, name: string, signal: AbortSignal): Promise<Asked<string | null>>;
  move(key: string, transition: string, signal: AbortSignal): Promise<Asked<null>>;
  status(key: string, signal: AbortSignal): Promise<Asked<JiraStatus>>;
  /** Returns which of the permissions the account lacks in a project; all of them in a project that it cannot see. */
  lacks(project: string, permissions: readonly string[], signal: AbortSignal): Promise<Asked<readonly string[]>>;
}

export interface JiraStatus {
  readonly name: string;
  /** Of the category Done, whatever the name. */
  readonly done: boolean;
}

/** Keys are stored with the alert, and used in paths, so the format is checked. */
const created = z.object({ key: z.string().regex(/^[A-Z][A-Z0-9_]+-\d+$/) });
const found = z.object({ issues: z.array(created) });
const transitions = z.object({
  transitions: z.array(z.object({ id: z.string(), name: z.string(), to: z.object({ name: z.string() }) })),
});
const status = z.object({ name: z.string(), statusCategory: z.object({ key: z.string() }) });
const issue = z.object({ fields: z.object({ status }) });
const permissions = z.object({ permissions: z.record(z.string(), z.object({ havePermission: z.boolean() })) });

const CREATED = wantedJson("Jira's JSON with the key of an issue", created);
const FOUND = wantedJson("Jira's JSON with a list of issues", found);
const COMMENTED = wantedJson("Jira's JSON with the id of a comment", z.object({ id: z.string() }));
const TRANSITIONS = wantedJson("Jira's JSON with a list of transitions", transitions);
const PERMISSIONS = wantedJson("Jira's JSON with permissions", permissions);
const ISSUE = wantedJson("Jira's JSON with the status of an issue", issue);
/** https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-transitions-post */
const CHANGED: Wanted<null> = {
  says: "status 204 without a body",
  value: ({ status: code, text }) => (code === 204 || text === "" ? null : undefined),
};

/**
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3. Searches are eventually consistent: "the majority of
 * modifications are shown within seconds", some after minutes, and only issues whose ids are known can be reconciled
 * (https://developer.atlassian.com/cloud/jira/platform/search-and-reconcile).
 *
 * @param base the site, or `https://api.atlassian.com/ex/jira/<cloudId>` for tokens with scopes
 * @param authorization `Basic <email:token>`:
 *   https://developer.atlassian.com/cloud/jira/platform/basic-auth-for-rest-apis
 */
export function createJiraClient(anyHttp: Http, base: string, authorization: string): JiraClient {
  const http = knowing(anyHttp);
  const headers = { authorization, accept: "application/json" };
  const at = (path: string): string => `${base.replace(/\/+$/, "")}/rest/api/3/${path}`;
  const get = <T>(path: string, wanted: Wanted<T>, signal: AbortSignal): Promise<Asked<T>> =>
    exchange(http, { method: "GET", url: at(path), headers, body: null }, wanted, signal);
  const post = <T>(path: string, body: object, wanted: Wanted<T>, signal: AbortSignal): Promise<Asked<T>> =>
    exchange(http, jsonRequest("POST", at(path), body, headers), wanted, signal);
  const issueAt = (key: string): string => `issue/${encodeURIComponent(key)}`;

  return {
    search: async (jql, signal) =>
      map(await post("search/jql", { jql, fields: ["status"], maxResults: 50 }, FOUND, signal), ({ issues }) =>
        issues.map(({ key }) => key),
      ),
    create: async (fields, signal) => map(await post("issue", { fields }, CREATED, signal), ({ key }) => key),
    edit: (key, fields, signal) =>
      exchange(http, jsonRequest("PUT", at(issueAt(key)), { fields }, headers), CHANGED, signal),
    comment: async (key, body, signal) =>
      map(await post(`${issueAt(key)}/comment`, { body }, COMMENTED, signal), () => null),
    transition: async (key, name, signal) =>
      map(
        await get(`${issueAt(key)}/transitions`, TRANSITIONS, signal),
        (all) => all.transitions.find((one) => same(one.name, name) || same(one.to.name, name))?.id ?? null,
      ),
    move: (key, id, signal) => post(`${issueAt(key)}/transitions`, { transition: { id } }, CHANGED, signal),
    status: async (key, signal) =>
      map(await get(`${issueAt(key)}?fields=status`, ISSUE, signal), ({ fields: { status: now } }) => ({
        name: now.name,
        done: now.statusCategory.key === "done",
      })),
    async lacks(project, wanted, signal) {
      // https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/#api-rest-api-3-mypermissions-get
      const query = `projectKey=${encodeURIComponent(project)}&permissions=${wanted.join(",")}`;
      const asked = await get(`mypermissions?${query}`, PERMISSIONS, signal);
      if ("failed" in asked) return asked.gone ? { value: wanted } : asked;
      return { value: wanted.filter((name) => asked.value.permissions[name]?.havePermission !== true) };
    },
  };
}

/**
 * With a token that has expired or was revoked, Jira answers as to a person who is not signed in: a search finds nothing,
 * with status 200. Only a header tells it: https://github.com/MrRefactoring/jira.js/issues/418.
 */
const knowing =
  (http: Http): Http =>
  async (request, signal) => {
    const outcome = await http(request, signal);
    if (outcome.is === "failed" || !/FAILED|DENIED/.test(outcome.header("x-seraph-loginreason") ?? "")) return outcome;
    return { ...outcome, status: 401 };
  };

const map = <A, B>(asked: Asked<A>, to: (value: A) => B): Asked<B> =>
  "failed" in asked ? asked : { value: to(asked.value) };

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
