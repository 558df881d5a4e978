import { assert, assertEquals } from "@std/assert";

const SCRIPT = new URL("../support/traced_calls.ts", import.meta.url).pathname;

interface Span {
  readonly name: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
}

/** What a receiver of OTLP is sent by a script that runs with OTEL_DENO=true. */
async function sentBy(script: string): Promise<{ spans: Span[]; metrics: string[]; text: string }> {
  const bodies: string[] = [];
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    bodies.push(await request.text());
    return Response.json({});
  });
  const env = {
    OTEL_DENO: "true",
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.addr.port}`,
  };
  const args = ["run", "--no-check", "--quiet", "-A", script];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, env }).output();
  assert(success, new TextDecoder().decode(stderr));
  const sent = bodies.map((body) => JSON.parse(body));
  const scopes = (kind: string, scope: string) =>
    sent.flatMap((body) => body[kind] ?? []).flatMap((each) => each[scope]);
  return {
    spans: scopes("resourceSpans", "scopeSpans").flatMap(({ spans }) => spans),
    metrics: scopes("resourceMetrics", "scopeMetrics").flatMap(({ metrics }) => metrics).map(({ name }) => name),
    text: bodies.join("\n"),
  };
}

Deno.test("with OTEL_DENO=true a receiver gets the spans and metrics of calls, with nothing else done", async () => {
  const { spans, metrics, text } = await sentBy(SCRIPT);
  const own = spans.filter(({ name }) => name.startsWith("load"));
  assertEquals(own.map(({ name }) => name).sort(), ["load", "load attempt", "load attempt"]);
  const root = own.find(({ name }) => name === "load")!;
  for (const span of own.filter(({ name }) => name === "load attempt")) assertEquals(span.parentSpanId, root.spanId);
  for (const name of ["opero.calls", "opero.attempts", "opero.wait"]) assert(metrics.includes(name), metrics.join());
  assert(text.includes("opero.retry") && !text.includes("secret"));
});
