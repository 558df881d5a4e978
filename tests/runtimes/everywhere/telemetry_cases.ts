import {
  configureLogging,
  createOpero,
  currentCall,
  ensureAsync,
  generateCorrelationId,
  getCorrelationId,
  isAsyncFunction,
  opero,
  withCorrelationId,
} from "@opero/core";
import { equal, match, rejection, thrown } from "./expect.ts";
import { everywhere, fakeInstance, sleep, succeedsAt, where } from "./everywhere_case.ts";

everywhere("events say what happens", async () => {
  const { opero, events, clock } = fakeInstance();
  const seen: unknown[] = [];
  events.on("retry", ({ functionName, retry }) => seen.push([functionName, retry]));
  const result = opero(succeedsAt(3), { minDelay: "1s", name: "load" })();
  await clock.tick("10s");
  await result;
  equal(seen, [["load", 1], ["load", 2]]);
});

everywhere("configureLogging() writes the lines of a call", async () => {
  const lines: string[] = [];
  const restore = configureLogging({ level: "INFO", sink: (line) => lines.push(line) });
  await opero(succeedsAt(2), { minDelay: "1ms", maxDelay: "1ms", name: "load" })();
  restore();
  match(lines.join("\n"), /load/);
});

everywhere("stats count calls and their latency", async () => {
  const fn = opero(succeedsAt(2), { minDelay: "1ms", maxDelay: "1ms", stats: true });
  await fn();
  const { calls, retries, succeeded } = fn.stats!();
  equal([calls, retries, succeeded], [1, 1, 1]);
});

everywhere("a method keeps this, and a decorator wraps it", async () => {
  class Greeter {
    readonly word = "hi";
    greet(name: string): Promise<string> {
      return Promise.resolve(`${this.word} ${name}`);
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Greeter.prototype, "greet")!;
  Object.defineProperty(Greeter.prototype, "greet", opero({ retries: 1 })(Greeter.prototype, "greet", descriptor));
  equal(await new Greeter().greet("Ada"), "hi Ada");
});

everywhere("isAsyncFunction() and ensureAsync() know functions", async () => {
  equal([isAsyncFunction(opero(() => 1)), isAsyncFunction(() => 1)], [true, false]);
  equal(await ensureAsync((n: number) => n + 1)(1), 2);
});

everywhere("generateCorrelationId() makes another each time", () => {
  equal(generateCorrelationId() === generateCorrelationId(), false);
});

everywhere(
  "currentCall() outside of a call is a ConfigurationError",
  () => void thrown(currentCall, "ConfigurationError"),
);

where("asyncContext", "withCorrelationId() reaches what is awaited", async () => {
  const seen = await withCorrelationId("request-1", async () => {
    await sleep(2);
    return getCorrelationId();
  });
  equal(seen, "request-1");
}, () => void thrown(() => withCorrelationId("request-1", () => {}), "ConfigurationError"));

where("asyncContext", 'context "async" lets currentCall() answer after an await', async () => {
  const fn = opero(async () => {
    await sleep(2);
    return currentCall().attempt;
  }, { context: "async" });
  equal(await fn(), 1);
}, () => void thrown(() => opero(() => 1, { context: "async" }), "ConfigurationError"));

everywhere("errors keep their names and codes, whatever a bundler did to them", async () => {
  const error = await rejection(opero(succeedsAt(9, new RangeError("no")), { retries: 0 })(), "AllFailedError");
  const byType = (error as unknown as { errorsByType(): object }).errorsByType();
  equal([error.code, Object.keys(byType)], ["ALL_FAILED", ["RangeError"]]);
  equal(thrown(() => opero(() => 1, { retries: 0.5 }), "ConfigurationError").code, "CONFIGURATION");
});

everywhere("an instance that was closed runs no more maps", async () => {
  const instance = createOpero();
  const map = instance.opmap((n: number) => n, { progress: false });
  await instance.close();
  await rejection(map([1]), "ConfigurationError");
});
