import { assertEquals } from "@std/assert";
import { createOpero, type LimitStore, type Logger } from "@opero/core";
import { FakeClock, memoryLimits } from "@opero/core/testing";
import { warningsOf } from "../support/warnings_of.ts";

Deno.test("a store of limits that can't be reached is told of on stderr once, with the reason, and later in the log", async () => {
  const clock = new FakeClock();
  const inner = memoryLimits({ clock });
  let isAway = true;
  const book: LimitStore["book"] = (...args) => {
    return isAway ? Promise.reject(Object.assign(new Error("canary"), { code: "ECONNREFUSED" })) : inner.book(...args);
  };
  const store = new Proxy(inner, {
    get: (_, name: keyof LimitStore) => name === "book" ? book : inner[name].bind(inner),
  });
  const logged: string[] = [];
  const nothing = () => {};
  const logger: Logger = {
    debug: nothing,
    error: nothing,
    info: (text) => logged.push(text),
    warning: (text) => logged.push(text),
  };
  const { opero } = createOpero({ clock, logger });
  const ask = opero((n: number) => n, { name: "ask", rateLimit: { limit: 10, key: "model", store } });
  const call = async () => {
    const calling = ask(1);
    await clock.tick("1s");
    await calling;
    // Where the limiter was still being loaded the time has passed before the call: its own slots are to be over.
    await clock.tick("1s");
  };
  const told = await warningsOf(async () => {
    for (const next of [true, false, true, false]) {
      isAway = next;
      await call();
    }
  });
  const away = 'the store of the rate limit of "ask" is away (Error (ECONNREFUSED)): ' +
    "this process takes all of the rate, as it knows of no other";
  assertEquals(told, [`opero: ${away}`]);
  const back = "the store of the rate limit is back";
  assertEquals(logged.filter((text) => text.includes("store")), [away, back, away, back]);
});
