import { assert, assertEquals } from "@std/assert";
import { type Context, context, metrics, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { createOpero } from "@opero/core";
import { lab, rejectionOf } from "../support/lab.ts";

/** What the real SDK has received. */
interface Sdk extends AsyncDisposable {
  /** The spans that have ended, each as its name and its parent's, in the order in which they began. */
  tree(): string[];
  readonly spans: InMemorySpanExporter;
  /** The points of each metric, as attributes and value. */
  points(): Promise<Record<string, [object, unknown][]>>;
}

function registerSdk({ hasContext = true } = {}): Sdk {
  const spans = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  trace.setGlobalTracerProvider(provider);
  if (hasContext) context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e6, exportTimeoutMillis: 1e5 });
  const meters = new MeterProvider({ readers: [reader] });
  metrics.setGlobalMeterProvider(meters);
  return {
    spans,
    tree: () => {
      const all = spans.getFinishedSpans();
      const names = new Map(all.map((span) => [span.spanContext().spanId, span.name]));
      const parent = ({ parentSpanContext }: ReadableSpan) => names.get(parentSpanContext?.spanId ?? "") ?? "none";
      return all.map((span) => `${span.name} < ${parent(span)}`).sort();
    },
    points: async () => {
      await reader.forceFlush();
      const found = exporter.getMetrics().at(-1)?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
      return Object.fromEntries(found.map(({ descriptor, dataPoints }) => [
        descriptor.name,
        dataPoints.map(({ attributes, value }) => [attributes, value] as [object, unknown]),
      ]));
    },
    async [Symbol.asyncDispose]() {
      await provider.shutdown();
      await meters.shutdown();
      trace.disable();
      metrics.disable();
      context.disable();
    },
  };
}

/** The names of the span that is active, through what the code awaits. */
function activeName(active: Context = context.active()): string | undefined {
  return (trace.getSpan(active) as unknown as ReadableSpan | undefined)?.name;
}

Deno.test("a call has a span, each attempt a child that is active in it, each wait an event; also where the SDK came later", async () => {
  const { opero, clock } = lab({ minDelay: 2, maxDelay: 2 });
  const seen: (string | undefined)[] = [];
  const load = opero(async function load(secret: string) {
    seen.push(activeName());
    await Promise.resolve();
    seen.push(activeName());
    if (seen.length < 4) throw new RangeError(secret);
    return secret;
  });
  await using sdk = registerSdk();
  const call = load("secret-argument");
  await clock.tick("1m");
  await call;
  assertEquals(activeName(), undefined);
  assertEquals(seen, Array(4).fill("load attempt"));
  assertEquals(sdk.tree(), ["load < none", "load attempt < load", "load attempt < load"]);
  const all = sdk.spans.getFinishedSpans();
  const root = all.find(({ name }) => name === "load")!;
  assertEquals(root.events.map(({ name }) => name), ["opero.retry"]);
  assertEquals(root.events[0]!.attributes, {
    functionName: "load",
    correlationId: root.events[0]!.attributes!.correlationId,
    retry: 1,
    delay: 2,
    error: "RangeError",
  });
  assertEquals(root.attributes, { "opero.function": "load", "opero.attempts": 2, "opero.cache": "off" });
  const [failed, succeeded] = all.filter(({ name }) => name === "load attempt");
  assertEquals([failed!.status.code, succeeded!.status.code], [2, 0]);
  assertEquals([failed!.attributes["opero.attempt"], succeeded!.attributes["opero.attempt"]], [1, 2]);
  assertEquals([failed!.attributes["opero.retry"], succeeded!.attributes["opero.retry"]], [0, 1]);
  assertEquals(failed!.attributes["error.type"], "RangeError");
  const points = await sdk.points();
  assertEquals(points["opero.calls"], [[{ "opero.function": "load", "opero.outcome": "success" }, 1]]);
  assertEquals(points["opero.attempts"]!.map(([, value]) => value), [1, 1]);
  assertEquals((points["opero.wait"]![0]![1] as { sum: number }).sum, 2);
  const sent = [all.map(({ name, attributes, events, status }) => [name, attributes, events, status]), points];
  assert(!JSON.stringify(sent).includes("secret"));
});

Deno.test("a span that is active around the call is its parent; calls within calls nest", async () => {
  await using sdk = registerSdk();
  const { opero } = lab();
  const inner = opero(async function inner() {
    await Promise.resolve();
  });
  const outer = opero(async function outer() {
    await Promise.resolve();
    await inner();
  });
  await trace.getTracer("app").startActiveSpan("request", async (span) => {
    await Promise.all([outer(), inner.with({ deadline: "1m" })(), inner.withMeta()]);
    span.end();
  });
  assertEquals(sdk.tree(), [
    ...["inner < outer attempt", "inner < request", "inner < request"],
    ...["inner attempt < inner", "inner attempt < inner", "inner attempt < inner"],
    ...["outer < request", "outer attempt < outer", "request < none"],
  ]);
});

Deno.test("callers who share a run have a span each; the attempt is below that of the first", async () => {
  await using sdk = registerSdk();
  for (const deadline of [undefined, "1m"] as const) {
    sdk.spans.reset();
    const { opero } = lab({ cache: true, deadline });
    const load = opero(async function load(id: string) {
      return await Promise.resolve(id);
    });
    await Promise.all([load("a"), load("a")]);
    await load("a");
    assertEquals(sdk.tree(), ["load < none", "load < none", "load < none", "load attempt < load"]);
    const roots = sdk.spans.getFinishedSpans().filter(({ name }) => name === "load");
    assertEquals(roots.map(({ attributes }) => attributes["opero.cache"]).sort(), ["coalesced", "hit", "miss"]);
    const attempt = sdk.spans.getFinishedSpans().find(({ name }) => name === "load attempt")!;
    const parent = roots.find((root) => root.spanContext().spanId === attempt.parentSpanContext?.spanId);
    assertEquals(parent?.attributes["opero.cache"], "miss");
  }
  const { "opero.cache": counts } = await sdk.points();
  assertEquals(counts!.map(([, count]) => count), [2, 2, 2]);
});

Deno.test("an attempt that times out ends with its span, and a refused call has no attempt", async () => {
  await using sdk = registerSdk();
  const { opero, clock } = lab({ retries: 0 });
  const slow = opero(function slow() {
    return new Promise(() => {});
  }, { timeout: "1s" });
  const limited = opero(function limited() {}, { rateLimit: 1, rateLimitMaxWait: "1ms" });
  const all = Promise.all([rejectionOf(slow()), limited(), rejectionOf(limited())]);
  await clock.tick("1m");
  await all;
  assertEquals(sdk.tree(), [
    ...["limited < none", "limited < none", "limited attempt < limited"],
    ...["slow < none", "slow attempt < slow"],
  ]);
  const kinds = sdk.spans.getFinishedSpans().map(({ name, attributes }) => [name, attributes["error.type"]]);
  assertEquals(kinds.filter(([, kind]) => kind !== undefined).map((each) => each.join(": ")).sort(), [
    "limited: RateLimitError",
    "slow attempt: TimeoutError",
    "slow: TimeoutError",
  ]);
});

Deno.test("each attempt of a hedge has a span below the call; that of the one that loses ends as aborted, when it is", async () => {
  await using sdk = registerSdk();
  const { opero, clock } = lab({ retries: 0 });
  const seen: (string | undefined)[] = [];
  const load = opero(async function load() {
    const run = seen.push(activeName());
    await clock.sleep(run === 2 ? 100 : 5_000);
    seen.push(activeName());
  }, { hedge: { after: "1s", max: 2 }, deadline: "1m" });
  const call = load();
  await clock.tick("1100ms");
  await call;
  // Both have ended, though the function that lost still runs.
  assertEquals(sdk.tree(), ["load < none", "load attempt < load", "load attempt < load"]);
  const all = sdk.spans.getFinishedSpans();
  const attempts = all.filter(({ name }) => name === "load attempt");
  const facts = attempts.map(({ attributes, status }) => [
    attributes["opero.attempt"],
    attributes["error.type"],
    status.code,
  ]);
  assertEquals(facts, [[2, undefined, 0], [1, "AbortError (20)", 2]]);
  const root = all.find(({ name }) => name === "load")!;
  assertEquals([root.attributes["opero.attempts"], root.status.code], [2, 0]);
  assertEquals(root.events.map(({ name, attributes }) => [name, attributes!.hedge]), [["opero.hedge", 1]]);
  const points = await sdk.points();
  assertEquals(points["opero.attempts"]!.map(([by, count]) => [Reflect.get(by, "opero.outcome"), count]), [
    ["success", 1],
    ["failure", 1],
  ]);
  await clock.tick("1m");
  assertEquals(seen, Array(4).fill("load attempt"));
  assertEquals(sdk.spans.getFinishedSpans().length, 3);
});

Deno.test("items of a pool have their spans at the caller", async () => {
  await using sdk = registerSdk();
  const { opmap } = lab();
  await using double = opmap(function double(n: number) {
    return 2 * n;
  }, { mode: "process", workers: 1, progress: false });
  assertEquals(await double([1, 2]), [2, 4]);
  assertEquals(sdk.tree(), ["double < none", "double < none", "double attempt < double", "double attempt < double"]);
});

Deno.test("without something that follows calls, attempts are children of their call all the same", async () => {
  await using sdk = registerSdk({ hasContext: false });
  const { opero } = lab();
  await opero(function load() {})();
  assertEquals(sdk.tree(), ["load < none", "load attempt < load"]);
});

Deno.test("an SDK that throws fails no call, and one that is gone is not asked", async () => {
  const api = Symbol.for("opentelemetry.js.api.1");
  const before = Reflect.get(globalThis, api);
  const fail = () => {
    throw new Error("broken");
  };
  const span = { addEvent: fail, setAttributes: fail, setStatus: fail, end: fail };
  let asked = 0;
  try {
    const { opero, clock } = lab({ minDelay: 1, maxDelay: 1 });
    for (const startSpan of [fail, () => (asked++, span)]) {
      const instruments = { createCounter: () => ({ add: fail }), createHistogram: fail };
      const broken = { trace: { getTracer: () => ({ startSpan }) }, metrics: { getMeter: () => instruments } };
      Reflect.set(globalThis, api, broken);
      let runs = 0;
      const call = opero(() => ++runs < 2 ? Promise.reject(new Error("no")) : runs)();
      await clock.tick("1m");
      assertEquals(await call, 2);
    }
    assertEquals(asked, 3);
    Reflect.set(globalThis, api, {});
    assertEquals(await opero(() => 1)(), 1);
  } finally {
    Reflect.set(globalThis, api, before);
    if (before === undefined) Reflect.deleteProperty(globalThis, api);
  }
});

Deno.test("an SDK that is registered between two calls is seen from the next turn of the event loop on", async () => {
  await using instance = createOpero();
  const load = instance.opero(function load() {});
  await load();
  await using sdk = registerSdk();
  await new Promise((resolve) => setTimeout(resolve));
  await load();
  assertEquals(sdk.tree(), ["load < none", "load attempt < load"]);
});
