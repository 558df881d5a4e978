/**
 * A process of its own whose calls share a rate limit with other processes: `limited_caller.ts <redis|sqlite|postgres|kv> <url or
 * path> <limit> <callers> <ms> [<ms after which it pauses all for a second>]`. It ends with how many calls started in which millisecond
 * of the day, how often the store was asked, and the longest wait.
 */
import { createOpero, kvLimits, type LimitStore, sqliteLimits } from "@opero/core";
import { postgresLimits } from "@opero/core/postgres";
import { redisLimits } from "@opero/core/redis";
import postgres from "postgres";

/** What a {@link startCaller} process prints. */
export interface LimitedCalls {
  /** Milliseconds since 1970, each with the number of calls that started in it. */
  readonly starts: readonly (readonly [ms: number, count: number])[];
  readonly asked: number;
  /** The longest time between two starts of one of the callers, in milliseconds. */
  readonly longestWaitMs: number;
  /** The longest time for which the machine, or the process itself, let it do nothing, in milliseconds. */
  readonly stallMs: number;
  /** When it paused, in milliseconds since 1970. */
  readonly pausedAtMs: number | undefined;
}

/** So often a process looks whether it is let run. */
const ALIVE_MS = 5;

const SCRIPT = new URL(import.meta.url).pathname;

/** A process that is ready to call. */
export interface LimitedCaller {
  readonly child: Deno.ChildProcess;
  /** Lets it begin. */
  readonly begin: () => Promise<void>;
  /** What it has counted, once its time is over. */
  readonly calls: Promise<LimitedCalls>;
}

/** Starts a process that calls, and waits until it has made one call. */
export async function startCaller(...args: (string | number)[]): Promise<LimitedCaller> {
  const command = ["run", "--no-check", "--quiet", "-A", "--unstable-kv", SCRIPT, ...args.map(String)];
  const options = { args: command, stdin: "piped", stdout: "piped", stderr: "inherit" } as const;
  const child = new Deno.Command(Deno.execPath(), options).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLines()).getReader();
  await lines.read();
  const calls = lines.read().then(({ value }) => JSON.parse(value ?? "null"));
  calls.finally(() => child.status.catch(() => {}));
  const begin = async () => {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode("go\n"));
    await writer.close();
  };
  return { child, begin, calls };
}

/** Splits what a process writes into lines. */
class TextLines extends TransformStream<string, string> {
  constructor() {
    let rest = "";
    super({
      transform: (text, controller) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop()!;
        for (const line of lines) controller.enqueue(line);
      },
    });
  }
}

/** The most starts of all processes in any `lengthMs` milliseconds, and the fewest in those within `[fromMs, toMs)`. */
export function extremes(
  calls: readonly LimitedCalls[],
  lengthMs: number,
  fromMs: number,
  toMs: number,
): { most: number; least: number } {
  const counts = new Map<number, number>();
  for (const { starts } of calls) for (const [ms, n] of starts) counts.set(ms, (counts.get(ms) ?? 0) + n);
  let [sum, most, least] = [0, 0, Infinity];
  for (let ms = fromMs; ms < toMs; ms++) {
    sum += (counts.get(ms) ?? 0) - (ms - fromMs >= lengthMs ? counts.get(ms - lengthMs) ?? 0 : 0);
    most = Math.max(most, sum);
    if (ms - fromMs >= lengthMs - 1) least = Math.min(least, sum);
  }
  return { most, least };
}

/** How many calls of all processes started within `[fromMs, toMs)`. */
export function startsWithin(calls: readonly LimitedCalls[], fromMs: number, toMs: number): number {
  return calls.flatMap(({ starts }) => starts).reduce((sum, [ms, n]) => sum + (ms >= fromMs && ms < toMs ? n : 0), 0);
}

function counting(store: LimitStore): { store: LimitStore; asked: () => number } {
  let asked = 0;
  const counted = new Set<unknown>(["book", "pause", "settle", "reset"]);
  const proxy = new Proxy(store, {
    get: (target, name) => {
      const value = Reflect.get(target, name);
      if (counted.has(name)) return (...args: unknown[]) => (asked++, value.apply(target, args));
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { store: proxy, asked: () => asked };
}

const OPEN: Record<string, (target: string) => LimitStore> = {
  redis: (url) => redisLimits({ url }),
  sqlite: (path) => sqliteLimits(path),
  postgres: (url) => postgresLimits(postgres(url, { onnotice: () => {} })),
  kv: (path) => kvLimits({ path }),
};

async function main([kind, target, limit, callers, forMs, pauseAfterMs]: string[]): Promise<void> {
  const opened = OPEN[kind!]!(target!);
  const { store, asked } = counting(opened);
  const starts = new Map<number, number>();
  let [longestWaitMs, stallMs, pausedAtMs] = [0, 0, undefined as number | undefined];
  const { opero } = createOpero();
  const start = opero(() => {
    const ms = Date.now();
    starts.set(ms, (starts.get(ms) ?? 0) + 1);
  }, { retries: 0, rateLimit: { limit: Number(limit), key: "acceptance", store } });
  await start(); // Loads what is needed, and connects.
  console.log("ready");
  await Deno.stdin.read(new Uint8Array(8));
  let aliveMs = Date.now();
  setInterval(() => {
    const nowMs = Date.now();
    stallMs = Math.max(stallMs, nowMs - aliveMs - ALIVE_MS);
    aliveMs = nowMs;
  }, ALIVE_MS);
  const untilMs = Date.now() + Number(forMs);
  if (pauseAfterMs !== undefined) {
    setTimeout(() => {
      pausedAtMs = Date.now();
      start.limiter!.pause("1s");
    }, Number(pauseAfterMs));
  }
  await Promise.all(Array.from({ length: Number(callers) }, async () => {
    for (let sinceMs = Date.now(); sinceMs < untilMs;) {
      await start();
      const nowMs = Date.now();
      longestWaitMs = Math.max(longestWaitMs, nowMs - sinceMs);
      sinceMs = nowMs;
    }
  }));
  console.log(JSON.stringify({ starts: [...starts], asked: asked(), longestWaitMs, stallMs, pausedAtMs }));
  await opened[Symbol.asyncDispose]();
  Deno.exit();
}

if (import.meta.main) await main(Deno.args);
