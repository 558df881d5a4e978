import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { ConfigurationError, opmap, runAsync } from "@opero/core";
import { hasWorkers } from "../../src/runtime/sandbox_support.ts";
import { startWebWorker } from "../../src/runtime/web_worker.ts";
import { pretendRequestBound } from "../support/request_bound.ts";

/** Puts `value` in the place of a global until it is disposed of. */
function replaceGlobal(name: string, value: unknown): Disposable {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, name)!;
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  return { [Symbol.dispose]: () => void Object.defineProperty(globalThis, name, descriptor) };
}

const FORBIDDEN = "Cannot start a worker as the page's Content-Security-Policy must allow it by 'worker-src blob:': " +
  'received one that does not, where the modes "thread" and "async" serve';

function start(onEnd: (cause: unknown) => void) {
  const listeners = { onMessage: () => {}, onUnread: () => {}, onEnd };
  return startWebWorker({ source: "", memoryLimit: undefined, ...listeners });
}

Deno.test("startWebWorker() names the policy of a page that forbids workers without a word", () => {
  const workers: { onerror: (event: Event) => void }[] = [];
  using _ = replaceGlobal(
    "Worker",
    class {
      onerror = (_event: Event) => {};
      constructor() {
        workers.push(this);
      }
      postMessage(): void {}
    },
  );
  const causes: unknown[] = [];
  start((cause) => causes.push(cause));
  workers[0]!.onerror(new Event("error", { cancelable: true }));
  workers[0]!.onerror(new Event("error", { cancelable: true }));
  assertEquals(causes.length, 1);
  assertInstanceOf(causes[0], ConfigurationError);
  assertEquals((causes[0] as Error).message, FORBIDDEN);
});

Deno.test("startWebWorker() names the policy of a page that forbids workers by an error", () => {
  let name = "SecurityError";
  using _ = replaceGlobal(
    "Worker",
    class {
      constructor() {
        throw new DOMException("no", name);
      }
    },
  );
  assertEquals(assertThrows(() => start(() => {}), ConfigurationError).message, FORBIDDEN);
  name = "NotSupportedError";
  assertEquals(assertThrows(() => start(() => {}), DOMException).name, name);
});

Deno.test("opmap() and runAsync() refuse a pool where the platform has only the names of workers", () => {
  assertEquals(hasWorkers(), true);
  using _ = pretendRequestBound();
  assertEquals(hasWorkers(), false);
  const double = (n: number) => n * 2;
  assertEquals(
    assertThrows(() => opmap(double, { mode: "process" }), ConfigurationError).message,
    'Cannot wrap "double" as \'mode\' must be "thread" or "async" on a platform without workers: received a pool\'s',
  );
  assertEquals(
    assertThrows(() => runAsync(double, 1), ConfigurationError).message,
    "Cannot run \"double\" to its end as the platform must have 'node:worker_threads' to block on: " +
      "received one without it, where 'await' serves",
  );
});
