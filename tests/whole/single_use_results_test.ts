/** Results that can be read only once: none is kept, and each caller has one of his own. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { CacheError, configureLogging, createOpero, memoryCache } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { isSingleUse } from "../../src/cache/results/single_use.ts";

const READ_ONCE =
  "it can be read only once, as a Response, a stream or an iterator can: return what you read from it, its json() say";

/** An instance whose warnings are gathered; their place on stderr is looked after by the tests of the telemetry. */
function quietInstance() {
  const warnings: string[] = [];
  const restore = configureLogging({ level: "OFF" });
  const silent = () => {};
  const warning = (message: string) => void warnings.push(message);
  const clock = new FakeClock();
  const instance = createOpero({ clock, retries: 0, logger: { debug: silent, info: silent, warning, error: silent } });
  return { ...instance, clock, warnings, [Symbol.dispose]: restore };
}

/** A response of node-fetch or of another realm, as far as anybody looks. */
function foreignResponse(text: string): { bodyUsed: boolean; clone(): unknown; text(): Promise<string> } {
  return {
    bodyUsed: false,
    clone: () => foreignResponse(text),
    text() {
      if (this.bodyUsed) return Promise.reject(new Error("used"));
      this.bodyUsed = true;
      return Promise.resolve(text);
    },
  };
}

function* count() {
  yield 1;
}

async function* countLater() {
  yield 1;
}

class OwnResponse extends Response {}

const SINGLE_USE: Record<string, () => object> = {
  "a Response": () => new Response("text"),
  "a Response without a body": () => new Response(null),
  "a subclass of Response": () => new OwnResponse("text"),
  "a Request": () => new Request("http://localhost", { method: "POST", body: "text" }),
  "a foreign response": () => foreignResponse("text"),
  "a stream": () => new Blob(["text"]).stream(),
  "a transform": () => new TextDecoderStream(),
  "a reader": () => new Blob(["text"]).stream().getReader(),
  "a stream of Node": () => ({ pipe() {}, on() {} }),
  "a generator": count,
  "an async generator": countLater,
  "an iterator of a map": () => new Map([[1, 2]]).entries(),
  "an object with a Response": () => ({ response: new Response("text"), status: 200 }),
  "a list with a stream": () => [200, new Blob(["text"]).stream()],
};

const REUSABLE: Record<string, () => unknown> = {
  "a Blob": () => new Blob(["text"]),
  "bytes": () => new Uint8Array(8),
  "a map": () => new Map([[1, 2]]),
  "headers": () => new Headers({ a: "b" }),
  "a URL": () => new URL("http://localhost"),
  "a form": () => new FormData(),
  "an object with a next": () => ({ next: () => 1, value: 2 }),
  "an object with a getter that throws": () => ({
    get body() {
      throw new Error("asked");
    },
  }),
  "a revoked proxy": () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  "null": () => null,
  "a text": () => "text",
};

for (const [name, make] of Object.entries(SINGLE_USE)) {
  Deno.test(`isSingleUse() knows ${name}`, () => assert(isSingleUse(make())));
}

for (const [name, make] of Object.entries(REUSABLE)) {
  Deno.test(`isSingleUse() leaves ${name} to be kept`, () => assert(!isSingleUse(make())));
}

for (const place of ["memory", "a backend"]) {
  Deno.test(`opero() does not keep what can be read only once in ${place}, and says so once`, async () => {
    for (const [name, make] of Object.entries(SINGLE_USE)) {
      using quiet = quietInstance();
      let runs = 0;
      const fn = quiet.opero(function load() {
        runs++;
        return make();
      }, { cache: true, cacheBackend: place === "memory" ? "memory" : memoryCache() });
      await fn();
      await fn();
      assertEquals(
        [runs, await fn.cache.has(), fn.cache.stats().writes, fn.cache.stats().errors],
        [2, false, 0, 2],
        name,
      );
      assertEquals(quiet.warnings, [`a result of "load" is not cached: ${READ_ONCE}`]);
    }
  });

  Deno.test(`opero() gives each who waited for one run a Response of his own from ${place}`, async () => {
    for (const make of [() => new Response("text"), () => foreignResponse("text")]) {
      using quiet = quietInstance();
      let runs = 0;
      const fn = quiet.opero(async () => {
        runs++;
        await quiet.clock.sleep(10);
        return make();
      }, { cache: true, cacheBackend: place === "memory" ? "memory" : memoryCache() });
      const read = async (call: Promise<{ text(): Promise<string> }>) => await (await call).text();
      const signal = new AbortController().signal;
      const texts = [fn(), fn(), fn.with({ signal })(), fn()].map(read);
      await quiet.clock.tick("10ms");
      assertEquals([await Promise.all(texts), runs], [Array(4).fill("text"), 1]);
    }
  });
}

Deno.test("opero() runs again for each who joined a run whose result cannot be cloned, and tells that it was a miss", async () => {
  using quiet = quietInstance();
  let runs = 0;
  const fn = quiet.opero(async () => {
    const run = ++runs;
    await quiet.clock.sleep(10);
    return [run].values();
  }, { cache: true });
  const calls = [fn.withMeta(), fn.withMeta(), fn.withMeta()];
  await quiet.clock.tick("20ms");
  const seen = (await Promise.all(calls)).map(({ value, meta }) => [[...value], meta.cache, meta.attempts]);
  assertEquals(seen, [[[1], "miss", 1], [[2], "miss", 1], [[3], "miss", 1]]);
});

/** A response that tells when its body is cancelled. */
function watchedResponse(): { response: Response; isCancelled: () => boolean } {
  let isCancelled = false;
  const body = new ReadableStream({ cancel: () => void (isCancelled = true) });
  return { response: new Response(body), isCancelled: () => isCancelled };
}

Deno.test("opero() cancels the body that the last of several callers left behind", async () => {
  using quiet = quietInstance();
  const { response, isCancelled } = watchedResponse();
  const landed = Promise.withResolvers<Response>();
  const fn = quiet.opero(() => landed.promise, { cache: true });
  const controllers = [new AbortController(), new AbortController()];
  const calls = controllers.map(({ signal }) => fn.with({ signal })().catch((reason) => reason));
  controllers[0]!.abort("first");
  landed.resolve(response);
  await quiet.clock.tick();
  const kept = await calls[1] as Response;
  assertEquals([await calls[0], isCancelled()], ["first", false]);
  await kept.body!.cancel();
  assert(isCancelled());
});

Deno.test("opero() cancels the body of a refresh, which nobody waits for", async () => {
  using quiet = quietInstance();
  const { response, isCancelled } = watchedResponse();
  const answers: unknown[] = ["old", response];
  const fn = quiet.opero(() => answers.shift(), { cache: true, cacheTtl: "1s", cacheStale: "1h" });
  await fn();
  await quiet.clock.tick("1s");
  assertEquals(await fn(), "old");
  await quiet.clock.tick();
  assert(isCancelled());
});

Deno.test("cache.set() refuses what can be read only once", async () => {
  using quiet = quietInstance();
  const fn = quiet.opero(function load(): Response | string {
    return "text";
  }, { cache: true });
  const error = await assertRejects(() => fn.cache.set(new Response("text")), CacheError);
  assertEquals(error.message, 'Cannot set a value in the cache of "load" as the value can be read only once');
});
