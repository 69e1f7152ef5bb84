import { z } from "zod";
import { type Received, type Receiver, type Reply, startReceiver } from "../receiver.ts";

/**
 * Jira Cloud's REST API v3 as strict as its documentation: https://developer.atlassian.com/cloud/jira/platform/rest/v3
 * (api-group-issues, api-group-issue-comments, api-group-issue-search). Documents:
 * https://developer.atlassian.com/cloud/jira/platform/apis/document/structure, of which only what is used is taken.
 */
const text = z.strictObject({
  type: z.literal("text"),
  text: z.string().min(1),
  marks: z
    .array(
      z.union([
        z.strictObject({ type: z.literal("strong") }),
        z.strictObject({ type: z.literal("link"), attrs: z.strictObject({ href: z.url() }) }),
      ]),
    )
    .optional(),
});
const paragraph = z.strictObject({ type: z.literal("paragraph"), content: z.array(text).min(1) });
const heading = z.strictObject({
  type: z.literal("heading"),
  attrs: z.strictObject({ level: z.number().int().min(1).max(6) }),
  content: z.array(text).min(1),
});
const listItem = z.strictObject({ type: z.literal("listItem"), content: z.array(paragraph).min(1) });
const bulletList = z.strictObject({ type: z.literal("bulletList"), content: z.array(listItem).min(1) });
/** "CONTENT_LIMIT_EXCEEDED": https://jira.atlassian.com/browse/JRACLOUD-78553 */
export const adf = z
  .strictObject({
    version: z.literal(1),
    type: z.literal("doc"),
    content: z.array(z.union([paragraph, heading, bulletList])).min(1),
  })
  .refine((document) => JSON.stringify(document).length <= 33_000, "CONTENT_LIMIT_EXCEEDED");

const named = z.strictObject({ name: z.string().min(1) });
const label = z.string().regex(/^\S{1,255}$/);
const create = z.strictObject({
  fields: z.strictObject({
    project: z.strictObject({ key: z.literal("OPS") }),
    issuetype: named,
    summary: z
      .string()
      .min(1)
      .max(254)
      .regex(/^[^\n\r]*$/),
    description: adf,
    labels: z.array(label),
    priority: named.optional(),
  }),
});
const edit = z.strictObject({ fields: z.strictObject({ priority: named }) });
const comment = z.strictObject({ body: adf });
const move = z.strictObject({ transition: z.strictObject({ id: z.literal("31") }) });
const search = z.strictObject({
  jql: z
    .string()
    .regex(/^project = "OPS" AND labels = "[a-z0-9-]+"( AND statusCategory != Done)? ORDER BY created ASC$/),
  fields: z.array(z.string()),
  maxResults: z.number().int().min(1).max(5_000),
});

export interface Issue {
  readonly key: string;
  readonly labels: readonly string[];
  status: "To Do" | "Done" | "Closed";
  readonly comments: string[];
  priority: string | null;
}

export interface Jira extends Receiver {
  readonly email: string;
  readonly token: string;
  readonly issues: Issue[];
  readonly problems: string[];
  /** What searches do not know yet. */
  readonly unindexed: Set<string>;
  /** Permissions that the account has. */
  readonly permissions: Set<string>;
  /** Its token has expired: Jira answers as to somebody who is not signed in, with a header that says so. */
  expire(): void;
  /** Keeps the next issue and answers as if it had not. */
  loseNextCreate(): void;
}

export async function startJira(): Promise<Jira> {
  const issues: Issue[] = [];
  const unindexed = new Set<string>();
  const problems: string[] = [];
  const [email, token] = ["bot@example.com", "s3cr3t-t0ken"];
  const permissions = new Set(["BROWSE_PROJECTS", "CREATE_ISSUES", "ADD_COMMENTS"]);
  let lose = false;
  let expired = false;
  let created = 0;
  /** https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-get */
  const missing: Reply = {
    status: 404,
    body: '{"errorMessages":["Issue does not exist or you do not have permission to see it."],"errors":{}}',
  };
  const json = (status: number, body: object): Reply => ({ status, body: JSON.stringify(body) });

  const post = (path: string, body: unknown): Reply | null => {
    if (path === "/rest/api/3/search/jql") {
      const { jql } = search.parse(body);
      const wanted = /labels = "([^"]+)"/.exec(jql)?.[1] ?? "";
      const all = issues.filter(
        ({ key, labels, status }) =>
          labels.includes(wanted) && !unindexed.has(key) && !(jql.includes("!= Done") && status !== "To Do"),
      );
      return json(200, { issues: all.map(({ key }) => ({ id: "1", key })), isLast: true });
    }
    if (path === "/rest/api/3/issue") {
      if (!permissions.has("CREATE_ISSUES")) return json(400, { errors: { project: "valid project is required" } });
      const key = `OPS-${(created += 1)}`;
      const { labels, priority = null } = create.parse(body).fields;
      issues.push({ key, labels, status: "To Do", comments: [], priority: priority?.name ?? null });
      if (!lose) return json(201, { id: "10000", key, self: "https://example.atlassian.net" });
      lose = false;
      unindexed.add(key);
      return json(504, {});
    }
    const [, key, what] = /^\/rest\/api\/3\/issue\/(OPS-\d+)\/(comment|transitions)$/.exec(path) ?? [];
    const issue = issues.find((one) => one.key === key);
    if (issue === undefined) return key === undefined ? null : missing;
    if (what === "comment") {
      issue.comments.push(JSON.stringify(comment.parse(body)));
      return json(201, { id: "10000" });
    }
    move.parse(body);
    issue.status = "Done";
    return { status: 204 };
  };
  const put = (path: string, body: unknown): Reply | null => {
    const issue = issues.find(({ key }) => path === `/rest/api/3/issue/${key}`);
    if (issue === undefined) return missing;
    issue.priority = edit.parse(body).fields.priority.name;
    return { status: 204 };
  };
  const get = (path: string): Reply | null => {
    const asked = /^\/rest\/api\/3\/mypermissions\?projectKey=OPS&permissions=([A-Z_,]+)$/.exec(path)?.[1]?.split(",");
    if (asked !== undefined)
      return json(200, {
        permissions: Object.fromEntries(asked.map((name) => [name, { havePermission: permissions.has(name) }])),
      });
    const [, key, what] = /^\/rest\/api\/3\/issue\/(OPS-\d+)(\/transitions|\?fields=status)$/.exec(path) ?? [];
    const issue = permissions.has("BROWSE_PROJECTS") ? issues.find((one) => one.key === key) : undefined;
    if (issue === undefined) return key === undefined ? null : missing;
    const statusCategory = { key: issue.status === "To Do" ? "new" : "done" };
    if (what !== "/transitions") return json(200, { key, fields: { status: { name: issue.status, statusCategory } } });
    const done = { id: "31", name: "Close it", to: { name: "Done" } };
    return json(200, { transitions: issue.status === "To Do" ? [done] : [] });
  };
  const answer = ({ method, path, headers, body }: Received): Reply => {
    if (headers.authorization !== `Basic ${Buffer.from(`${email}:${token}`).toString("base64")}`)
      return { status: 401 };
    // https://github.com/MrRefactoring/jira.js/issues/418
    if (expired) {
      const headers = { "x-seraph-loginreason": "AUTHENTICATED_FAILED" };
      return path.includes("search")
        ? { status: 200, body: '{"issues":[],"isLast":true}', headers }
        : { status: 400, body: '{"errors":{"project":"valid project is required"}}', headers };
    }
    try {
      const changes = method === "POST" ? post : put;
      const reply = method === "GET" ? get(path) : changes(path, JSON.parse(body));
      if (reply !== null) return reply;
      problems.push(`${method} ${path}`);
    } catch (error) {
      problems.push(`${path}: ${String(error)}`);
    }
    return json(400, { errorMessages: ["wrong"], errors: {} });
  };
  const receiver = await startReceiver((request, how) => (how === "ok" ? answer(request) : null));
  return {
    ...{ ...receiver, email, token, issues, problems, unindexed, permissions },
    expire: () => (expired = true),
    loseNextCreate: () => (lose = true),
  };
}
