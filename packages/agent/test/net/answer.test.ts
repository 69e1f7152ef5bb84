import { expect, test } from "vitest";
import { readAnswer } from "../../src/net/answer.ts";

test("chunks count, not a length beside them", () => {
  const head = "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n";
  expect(readAnswer(`${head}5\r\nhello\r\n`, false)).toBeNull();
  expect(readAnswer(`${head}5\r\nhello\r\n0\r\n\r\n`, false)?.reply.body).toBe("hello");
});
