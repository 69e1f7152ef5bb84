import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { codeOf } from "../errors.ts";
import type { CheckpointStore } from "./store.ts";

/**
 * Keeps checkpoints as files in one folder. The folder must outlive the process: a volume, or the instance's disk for a
 * stop or a hibernation.
 *
 * Each file is written under a temporary name, synced and renamed, and the folder is synced. A kill or a power loss
 * leaves the old file or the new one.
 */
export function fileStore(folder: string): CheckpointStore {
  return {
    async read(key) {
      try {
        return await readFile(join(folder, key));
      } catch (error) {
        if (codeOf(error) === "ENOENT") return null;
        throw error;
      }
    },
    async write(key, bytes) {
      await mkdir(folder, { recursive: true });
      await sweep(folder, key);
      const aside = join(folder, asideOf(key));
      try {
        const file = await open(aside, "wx", 0o600);
        try {
          await file.writeFile(bytes);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(aside, join(folder, key));
      } catch (error) {
        await rm(aside, { force: true });
        throw error;
      }
      await syncFolder(folder);
    },
    async claim(key) {
      try {
        await (await open(join(folder, key), "wx", 0o600)).close();
      } catch (error) {
        if (codeOf(error) === "EEXIST") return false;
        throw error;
      }
      await syncFolder(folder);
      return true;
    },
  };
}

const asideOf = (key: string): string => `.${key}.${randomUUID()}.new`;

/**
 * Removes the temporary files of a writer that was killed. No other process writes this key: a checkpoint belongs to
 * one process.
 */
async function sweep(folder: string, key: string): Promise<void> {
  const length = asideOf(key).length;
  const left = (await readdir(folder)).filter(
    (file) => file.startsWith(`.${key}.`) && file.endsWith(".new") && file.length === length,
  );
  await Promise.all(left.map((file) => rm(join(folder, file), { force: true })));
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
