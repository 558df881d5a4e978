import { assertEquals, assertInstanceOf } from "@std/assert";
import { ConfigurationError, type OperoOptions } from "@opero/core";
import { keyAnswer } from "../../src/options/key_answer.ts";
import { lab, rejectionOf } from "../support/lab.ts";

Deno.test("keyAnswer() hands over any key but a promise", () => {
  const keys = ["a", 1, null, undefined, { id: 1 }, { then: "no function" }, Symbol.iterator];
  assertEquals(keys.map((key) => keyAnswer("load", "rateLimitKey", key)), keys);
});

for (
  const [option, options] of Object.entries<OperoOptions>({
    rateLimitKey: { rateLimit: 1, rateLimitScope: "per_args" },
    concurrencyKey: { concurrency: 1 },
  })
) {
  Deno.test(`${option} that answers a promise is refused at the first call, as no two calls would share it`, async () => {
    const { opero } = lab();
    const answers: [string, () => unknown][] = [
      ["a Promise", () => Promise.resolve("key")],
      ["a Promise", () => Promise.reject(new Error("late"))],
      ["an object", () => ({ then() {} })],
    ];
    for (const [received, answer] of answers) {
      let calls = 0;
      const load = opero(function load(_id: string) {
        calls++;
      }, { ...options, [option]: answer });
      const error = await rejectionOf(load("a")) as ConfigurationError;
      assertInstanceOf(error, ConfigurationError);
      assertEquals(
        [error.message, calls],
        [`Cannot call "load" as '${option}' must be a function that answers a key at once: received ${received}`, 0],
      );
    }
  });
}
