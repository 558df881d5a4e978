/** Starts a broker, two workers and a caller, and kills one of the workers. */
const root = new URL("../../", import.meta.url).pathname;
const store = await Deno.makeTempDir();
const port = freePort();
const env = { OPERO_NATS: `nats://127.0.0.1:${port}` };
const started: Deno.ChildProcess[] = [];

/** A program that ends with this one. */
function start(program: string, args: string[], outputs: Pick<Deno.CommandOptions, "stdout" | "stderr">) {
  const child = new Deno.Command(program, { args, env, cwd: root, stdout: "null", ...outputs }).spawn();
  started.push(child);
  return child;
}

/** A worker, once it takes items. */
async function startWorker(name: string): Promise<Deno.ChildProcess> {
  const worker = ["cli.ts", "worker", "examples/cluster/quakes.ts", "--slots", "10", "--name", name];
  const child = start(Deno.execPath(), ["run", "-A", ...worker], { stderr: "piped" });
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) if (text.includes(" serves")) break;
  return child;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

start("nats-server", ["-a", "127.0.0.1", "-p", `${port}`, "-js", "-sd", store], { stderr: "null" });
try {
  const [left] = await Promise.all([startWorker("left"), startWorker("right")]);
  const caller = start(Deno.execPath(), ["run", "-A", "examples/cluster/caller.ts"], { stdout: "piped" });
  let lines = 0;
  for await (const text of caller.stdout.pipeThrough(new TextDecoderStream())) {
    for (const line of text.trimEnd().split("\n")) {
      console.log(line);
      if (++lines > 1) continue;
      left.kill("SIGKILL");
      console.log("left is killed: what it had runs again on right, after the lease of 2 s");
    }
  }
} finally {
  for (const child of started.toReversed()) {
    try {
      child.kill("SIGTERM");
    } catch {
      // It has ended.
    }
    await child.status;
  }
  await Deno.remove(store, { recursive: true });
}
