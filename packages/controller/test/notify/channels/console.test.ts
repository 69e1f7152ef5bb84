import { describe, expect, test } from "vitest";
import type { Channel } from "../../../src/notify/alert.ts";
import type { ChannelDeps, Output } from "../../../src/notify/channels/channel.ts";
import { channels } from "../../../src/notify/channels/index.ts";
import { testClock } from "../../enrich/support/clock.ts";
import { testChannel } from "../channel-contract.ts";
import { depsOf } from "../support/deps.ts";
import { impact, model, T0, told } from "../support/samples.ts";

function make(output: Partial<Output>, deps: Partial<ChannelDeps> = {}): { channel: Channel; written: string[] } {
  const written: string[] = [];
  const write = (text: string): number => written.push(text);
  const all = depsOf({ clock: testClock(T0), output: { ...output, write }, ...deps });
  return { written, channel: channels.console.create({ type: "console" }, all) };
}

testChannel("console", () => {
  const { channel, written } = make({});
  return Promise.resolve({
    channel,
    received: () => written,
    answer: null,
    secrets: [],
    mostBytes: 16 * 1024,
    close: () => Promise.resolve(),
  });
});

describe("console", () => {
  const about = model([told("i-1", { facts: { impact: [impact()] } })]);
  const send = async (output: Partial<Output>, deps: Partial<ChannelDeps> = {}): Promise<string> => {
    const { channel, written } = make(output, deps);
    await channel.send(about, null, new AbortController().signal);
    return written.join("");
  };

  test("plain lines into a pipe, one write an alert", async () => {
    expect(await send({})).toBe(
      [
        "00:00:00 CRITICAL receipt: checkout 1/4: i-1 (web, m5.large) in eu-west-1b is reclaimed, 94 s left",
        "  at stake: checkout keeps 1 of 4 tasks, below its minimum of 2",
        "  please check that checkout has 2 running tasks again; if not, check why web launches no instances",
        "  deadline in 94 s, at 2026-01-01T00:02:00Z",
        "  where: cluster prod, eu-west-1, account 111122223333",
        "  service checkout: 4 desired, 4 running, 0 pending, 3 go, 1 stays; checkout:1; behind a load balancer",
        "  - i-1  web  m5.large  eu-west-1b  web  until 2026-01-01T00:02:00Z",
        "",
      ].join("\n"),
    );
  });

  test("colour on a terminal alone, and not where NO_COLOR is set", async () => {
    expect(await send({ isTTY: true })).toContain("\u001B[1;31m");
    expect(await send({ isTTY: true }, { color: false })).not.toContain("\u001B");
    expect(await send({})).not.toContain("\u001B");
  });

  test("a terminal's lines keep its width", async () => {
    const lines = (await send({ isTTY: true, columns: 40 }, { color: false })).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBe(40);
    expect(lines[0]?.endsWith("…")).toBe(true);
  });
});
