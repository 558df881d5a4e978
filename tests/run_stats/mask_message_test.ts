import { assert, assertEquals } from "@std/assert";
import { maskMessage } from "../../src/run_stats/mask_message.ts";

const CASES: readonly (readonly [string, string])[] = [
  ["The service answered 503", "The service answered 503"],
  ["Too many requests, retry after 12 s", "Too many requests, retry after 12 s"],
  ["connect ECONNREFUSED", "connect ECONNREFUSED"],
  ["GET https://user:pass@host/users/7?key=s3cr3t failed", "GET ••• failed"],
  ["no mailbox ann@example.org here", "no mailbox ••• here"],
  ['user "Ann Smith" is unknown', 'user "•••" is unknown'],
  ["user 'Ann Smith' is unknown", "user ••• is unknown"],
  ["user `ann` isn't known, and can't be", "user `•••` isn't known, and can't be"],
  ["apiKey=abcdef was refused", "apiKey=••• was refused"],
  ["password: hunter, try again", "password: •••, try again"],
  ["Authorization Bearer abc.def-ghi", "Authorization •••"],
  ["invalid x-api-key sk-proj-1a2b3c4d5e6f", "invalid x-•••"],
  ["ENOENT: no such file /home/ann/secret.txt", "ENOENT: no such file •••"],
  ["card 4111111111111111 was declined", "card ••• was declined"],
  ["token aGVsbG93b3JsZGhlbGxvd29ybGRoZWxsbw was refused", "••• was refused"],
];

for (const [message, masked] of CASES) {
  Deno.test(`maskMessage() makes ${JSON.stringify(masked)}`, () => {
    assertEquals(maskMessage(message), masked);
  });
}

Deno.test("maskMessage() hides every text that the item holds, however deep", () => {
  const item = { name: "ann", at: ["Oslo", { street: "Karl Johan" }], zip: 1234 };
  assertEquals(maskMessage("ann of Karl Johan in Oslo, 1234, is gone", item), "••• of ••• in •••, •••, is gone");
  assertEquals(maskMessage("no item alice", "alice"), "no item •••");
});

Deno.test("maskMessage() takes no longer for texts that are made to be slow", () => {
  for (const part of ["a@", "a1", "=", "'", '"', "/", "bearer ", "http://", "é", "a=b "]) {
    const startedMs = performance.now();
    maskMessage(part.repeat(1_000_000));
    assert(performance.now() - startedMs < 5_000, part);
  }
});

Deno.test("maskMessage() survives an item whose fields throw", () => {
  const item = {
    get name(): string {
      throw new Error("no");
    },
  };
  assertEquals(maskMessage("it failed", item), "it failed");
});
