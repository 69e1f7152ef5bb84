import type { SendResult } from "../../alert.ts";
import { badCredentials, refused } from "../support/result.ts";
import type { JiraClient } from "./client.ts";

const BROWSE = "BROWSE_PROJECTS";
/** What the channel needs: https://support.atlassian.com/jira-cloud-administration/docs/permissions-for-company-managed-projects/ */
const NEEDED = [BROWSE, "CREATE_ISSUES", "ADD_COMMENTS"];

/** Adds to a refusal what it means: Jira answers 400 or 404 also if the account may not see the project. */
export async function explained(
  result: SendResult,
  jira: JiraClient,
  project: string,
  signal: AbortSignal,
): Promise<SendResult> {
  if (result.is !== "refused") return result;
  if (/^answered 401\b/.test(result.reason)) return badCredentials(`${result.reason}; ${EXPIRED}`);
  const lacking = await jira.lacks(project, NEEDED, signal);
  if ("failed" in lacking)
    return lacking.failed.is === "refused" && lacking.failed.because === "credentials"
      ? badCredentials(`${result.reason}; ${EXPIRED}`)
      : result;
  if (lacking.value.length === 0) return result;
  return badCredentials(`${result.reason}; in project ${project} its account lacks ${lacking.value.join(" and ")}`);
}

const EXPIRED =
  "its token has expired or was revoked; make a new one at https://id.atlassian.com/manage-profile/security/api-tokens";

/** Returns a refusal if the account may not see its own issues; null if it may. */
export async function mayNotBrowse(jira: JiraClient, project: string, signal: AbortSignal): Promise<SendResult | null> {
  const lacking = await jira.lacks(project, [BROWSE], signal);
  if ("failed" in lacking) return lacking.failed;
  return lacking.value.length === 0 ? null : refused("answered 404 for its own issue");
}
