import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { gzipSync } from "node:zlib";

/** A file of the page, in memory: there are few, and so no request can reach another file. */
export interface PageFile {
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly gzip: Uint8Array<ArrayBuffer>;
}

/** The files by their path in a URL: `/`, `/assets/index-1a2b3c.js`. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const TYPES: { readonly [extension: string]: string } = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Reads the built page. Returns null if it is not there: in a clone where it was not built yet. */
export async function readPage(folder: string): Promise<PageFiles | null> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = new Map<string, PageFile>();
  for (const entry of names) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const body = new Uint8Array(await readFile(path));
    const url = `/${relative(folder, path).split(sep).join("/")}`;
    files.set(url === "/index.html" ? "/" : url, { type, body, gzip: new Uint8Array(gzipSync(body)) });
  }
  return files.has("/") ? files : null;
}
