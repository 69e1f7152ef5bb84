import { afterEach, beforeEach, expect, vi } from "vitest";

/** Loaded before every test file: whatever writes to the console in a test fails that test. */
const levels = ["debug", "error", "info", "log", "trace", "warn"] as const;
const heard: unknown[][] = [];

beforeEach(() => {
  heard.length = 0;
  for (const level of levels) {
    vi.spyOn(console, level).mockImplementation((...words: unknown[]) => {
      heard.push([level, ...words]);
    });
  }
});

afterEach(() => {
  vi.restoreAllMocks();
  expect(heard, "written to the console").toEqual([]);
});
