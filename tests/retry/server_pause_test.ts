import { assertEquals } from "@std/assert";
import { quotaPauseMs, usedUpMs } from "../../src/retry/server_pause.ts";

const NOW = Date.UTC(2026, 0, 1);
const EPOCH = NOW / 1_000;

function failed(headers: Record<string, string>, status = 429): unknown {
  return Object.assign(new Error("slow down"), { response: new Response(null, { status, headers }) });
}

const FIELDS: readonly (readonly [string, Record<string, string>, number | undefined])[] = [
  ["RateLimit-Reset", { "RateLimit-Reset": "50" }, 50_000],
  ["RateLimit-Reset with nothing left", { "RateLimit-Remaining": "0", "RateLimit-Reset": "50" }, 50_000],
  ["RateLimit in one field", { "RateLimit": "limit=100, remaining=0, reset=7" }, 7_000],
  ["RateLimit as a list", { "RateLimit": '"default";r=0;t=30' }, 30_000],
  ["RateLimit as a list, of which one is used up", { "RateLimit": '"burst";r=5;t=1, "hour" ; r=0 ; t=900' }, 900_000],
  ["RateLimit as a list, of which all are", { "RateLimit": '"burst";r=0;t=1, "hour";r=0;t=900' }, 900_000],
  ["X-RateLimit-Reset in seconds", { "X-RateLimit-Reset": "12" }, 12_000],
  ["X-RateLimit-Reset as a time of day", { "X-RateLimit-Reset": String(EPOCH + 40) }, 40_000],
  ["X-RateLimit-Reset as a time of day in milliseconds", { "X-RateLimit-Reset": String(NOW + 1_500) }, 1_500],
  ["X-RateLimit-Reset as a time that has passed", { "X-RateLimit-Reset": String(EPOCH - 40) }, 0],
  ["X-Rate-Limit-Reset", { "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "9" }, 9_000],
  ["quotas of which something is left, with 429", { "RateLimit": '"a";r=5;t=1, "b";r=9;t=900' }, 1_000],
  [
    "nothing that can be read",
    { "RateLimit": "soon", "RateLimit-Reset": "-5", "X-RateLimit-Reset": "later" },
    undefined,
  ],
  ["none of them", { "RateLimit-Policy": '"default";q=100;w=60', "RateLimit-Limit": "10" }, undefined],
];

for (const [name, headers, expected] of FIELDS) {
  Deno.test(`quotaPauseMs() of a failure with ${name}`, () => {
    assertEquals(quotaPauseMs(failed(headers), NOW), expected);
    assertEquals(quotaPauseMs(new Error("wrapped", { cause: failed(headers) }), NOW), expected);
  });
}

Deno.test("quotaPauseMs() is undefined for a failure that has to do with no quota", () => {
  const headers = { "X-RateLimit-Remaining": "4000", "X-RateLimit-Reset": "1800" };
  assertEquals(quotaPauseMs(failed(headers, 500), NOW), undefined);
  assertEquals(
    [undefined, null, 5, "no", new Error("no"), {}].map((each) => quotaPauseMs(each, NOW)),
    Array(6).fill(undefined),
  );
  assertEquals(
    quotaPauseMs({
      headers: {
        get: () => {
          throw new Error("no");
        },
      },
    }, NOW),
    undefined,
  );
});

const ANSWERS: readonly (readonly [string, Record<string, string>, number | undefined])[] = [
  ["RateLimit-Remaining: 0", { "RateLimit-Remaining": "0", "RateLimit-Reset": "50" }, 50_000],
  ["X-RateLimit-Remaining: 0", { "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": String(EPOCH + 5) }, 5_000],
  ["RateLimit: remaining=0", { "RateLimit": "limit=10, remaining=0, reset=4" }, 4_000],
  ["RateLimit with r=0", { "RateLimit": '"a";r=0;t=3, "b";r=2;t=60' }, 3_000],
  ["something left", { "RateLimit-Remaining": "1", "RateLimit-Reset": "50" }, undefined],
  ["no word of what is left", { "RateLimit-Reset": "50" }, undefined],
  ["no word of when there is more", { "RateLimit-Remaining": "0" }, undefined],
];

for (const [name, headers, expected] of ANSWERS) {
  Deno.test(`usedUpMs() of an answer with ${name}`, () => {
    assertEquals(usedUpMs(new Response(null, { headers }), NOW), expected);
  });
}
