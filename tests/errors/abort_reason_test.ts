import { assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { createOpero } from "@opero/core";
import { SystemClock } from "../../src/time/system_clock.ts";
import { abortError, abortReason } from "../../src/errors/abort_reason.ts";
import { rejectionOf } from "../support/lab.ts";

/** A signal as platforms have it that know no reason. */
class BareSignal extends EventTarget {
  aborted = false;

  abort(): void {
    this.aborted = true;
    this.dispatchEvent(new Event("abort"));
  }
}

/** What a wait that a {@link BareSignal} ends rejects with, aborted before and during the wait. */
async function rejections(wait: (signal: AbortSignal) => Promise<unknown>): Promise<unknown[]> {
  const signal = new BareSignal();
  const during = rejectionOf(wait(signal as unknown as AbortSignal));
  await new Promise((resolve) => setTimeout(resolve, 1));
  signal.abort();
  return [await during, await rejectionOf(wait(signal as unknown as AbortSignal))];
}

const never = () => new Promise(() => {});
const failing = () => Promise.reject(new Error("busy"));

const { opero, opmap } = createOpero({ minDelay: "1h", maxDelay: "1h" });

const WAITS: Record<string, (signal: AbortSignal) => Promise<unknown>> = {
  "the option signal": (signal) => opero(never, { signal })(),
  "with({ signal })": (signal) => opero(never).with({ signal })(),
  "a retry wait": (signal) => opero(failing, { signal })(),
  "a rate limit": async (signal) => {
    const fn = opero(() => 1, { rateLimit: 1 / 3_600, signal });
    await fn();
    return await fn();
  },
  "a cache flight": (signal) => opero(never, { cache: true }).with({ signal })(),
  "a deadline": (signal) => opero(never, { deadline: "1h", signal })(),
  "a map": (signal) => opmap(never)([1, 2], { signal }),
  "a map's option": (signal) => opmap(never, { signal })([1, 2]),
  "a stream": (signal) => Array.fromAsync(opmap(never).stream([1, 2], { signal })),
  "SystemClock.sleep()": (signal) => new SystemClock().sleep(3_600_000, signal),
};

for (const [name, wait] of Object.entries(WAITS)) {
  Deno.test(`signal without a reason ends ${name} with an AbortError`, async () => {
    const errors = await rejections(wait);
    assertEquals(errors.map((error) => error instanceof Error && error.name), ["AbortError", "AbortError"]);
    assertEquals(errors.map((error) => (error as Error).message), ["The call was aborted", "The call was aborted"]);
  });
}

Deno.test("abortReason() is the signal's reason, whatever that is", () => {
  for (const reason of [null, 0, "", false, new Error("stop")]) {
    assertStrictEquals(abortReason(AbortSignal.abort(reason)), reason);
  }
});

Deno.test("abortError() makes an AbortError where there is no DOMException", () => {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, "DOMException")!;
  Object.defineProperty(globalThis, "DOMException", { value: undefined, configurable: true });
  try {
    const error = abortError("Stopped");
    assertInstanceOf(error, Error);
    assertEquals([error.name, error.message], ["AbortError", "Stopped"]);
  } finally {
    Object.defineProperty(globalThis, "DOMException", descriptor);
  }
});
