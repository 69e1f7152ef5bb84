import { createRoute, z } from "@hono/zod-openapi";
import { stringify } from "csv-stringify/sync";
import { stream } from "hono/streaming";
import type { IncidentFilter } from "../../record/rows/filter.ts";
import { recordFields, toRecord, type Field } from "../../record/rows/record.ts";
import { toRow } from "../../record/rows/row.ts";
import type { ShowApp, ShowLog } from "../deps.ts";
import type { IncidentPage, Incidents } from "../incidents.ts";
import { Refusal } from "../problem.ts";
import { filterQuery, toFilter } from "./filter.ts";
import { problems } from "./problems.ts";

/** One less than the archive's largest page: the list reads one more, to know whether there are more. */
const PAGE = 499;

type Records = readonly Readonly<Record<string, Field>>[];

/** How a format writes its beginning, each page of records, and its end. */
interface Format {
  readonly type: string;
  readonly begin: string;
  /** @param first whether no records were written before */
  readonly page: (records: Records, first: boolean) => string;
  readonly end: string;
}

const columns = [...recordFields];

const formats = {
  csv: {
    type: "text/csv; charset=utf-8",
    begin: stringify([columns]),
    // A cell that begins with = would be run as a formula by spreadsheets.
    page: (records) => stringify([...records], { columns, escape_formulas: true }),
    end: "",
  },
  ndjson: {
    type: "application/x-ndjson",
    begin: "",
    page: (records) => records.map((record) => `${JSON.stringify(record)}\n`).join(""),
    end: "",
  },
  json: {
    type: "application/json",
    begin: "[",
    page: (records, first) =>
      records.map((record, n) => `${first && n === 0 ? "" : ","}\n${JSON.stringify(record)}`).join(""),
    end: "\n]\n",
  },
} as const satisfies Readonly<Record<string, Format>>;

const query = z.strictObject({ ...filterQuery, format: z.enum(["csv", "ndjson", "json"]).default("csv") });

const route = createRoute({
  method: "get",
  path: "/api/v1/incidents/export",
  summary: "All incidents that the filters select, newest first, as a file",
  request: { query },
  responses: {
    200: {
      description: "The connection breaks off if not all could be read: a complete file has all incidents",
      content: { "text/csv": { schema: z.string() } },
    },
    ...problems(400, 401, 503),
  },
});

/** Adds the export: it reads page after page, and only as fast as the client takes it. */
export function addExport(app: ShowApp, incidents: Pick<Incidents, "list">, log: ShowLog): void {
  app.openapi(route, async (c) => {
    const { format: name, ...given } = c.req.valid("query");
    const filter = toFilter(given);
    const format: Format = formats[name];
    // Read before the answer begins, so that a store that is away is a problem and no empty file.
    const first = await readPage(incidents, filter, null);
    c.header("content-type", format.type);
    c.header("content-disposition", `attachment; filename="incidents.${name}"`);
    return stream(
      c,
      async (out) => {
        await out.write(format.begin);
        let page = first;
        let written = 0;
        for (;;) {
          await out.write(
            format.page(
              page.items.map(({ key, incident }) => toRecord(toRow(key, incident))),
              written === 0,
            ),
          );
          written += page.items.length;
          if (page.next === null || out.aborted) break;
          page = await readPage(incidents, filter, page.next);
        }
        await out.write(format.end);
      },
      (error) => {
        log.error({ err: error }, "an export broke off");
        // Closed in order, the file would look complete.
        c.env.outgoing.destroy();
        return Promise.resolve();
      },
    );
  });
}

async function readPage(
  incidents: Pick<Incidents, "list">,
  filter: IncidentFilter,
  cursor: string | null,
): Promise<IncidentPage> {
  const page = await incidents.list(filter, PAGE, cursor ?? undefined);
  const [away] = page.missing;
  if (away === undefined) return page;
  throw new Refusal("SK-SHOW-AWAY", `Not all incidents can be read: ${away.message}`, {
    more: { missing: page.missing },
  });
}
