/**
 * A function that runs over an engine: imported, the side of the caller; as a program, a worker of it.
 * Arguments: the address of the broker, the version, how many items at once, the lease, the file that records what began.
 */
import { type Engine, opmap, type OpmapOptions } from "@opero/core";
import { natsEngine } from "@opero/core/nats";
import { redisEngine } from "@opero/core/redis";
import { serve } from "@opero/core/worker";

/** What an item asks for. */
export interface JobItem {
  readonly n: number;
  /** How long it takes, in milliseconds. */
  readonly ms?: number;
  /** Kills the process that runs it. */
  readonly kills?: boolean;
  /** How many characters come back in place of the number. */
  readonly characters?: number;
}

/** Where a map finds its workers. */
export interface JobPlace {
  readonly url: string;
  readonly version?: string;
  readonly lease?: string;
  /** Where it is recorded what began, a number a line. */
  readonly record?: string;
}

const ENGINES: Record<string, (url: string) => Engine> = {
  "nats:": (url) => natsEngine({ servers: url }),
  "redis:": (url) => redisEngine({ url }),
};

/** The engine over the broker at `url`. */
export function engineAt(url: string): Engine {
  return ENGINES[new URL(url).protocol]!(url);
}

/** The map, over an engine that is closed with it. */
// deno-lint-ignore no-explicit-any -- what the options make of the type is of no interest here
export function openJob(place: JobPlace, options: Record<string, unknown> = {}): any {
  const { url, version = "1", lease = "2s", record } = place;
  const engine = engineAt(url);
  const work = async ({ n, ms = 0, kills, characters }: JobItem): Promise<number | string> => {
    if (record !== undefined) await Deno.writeTextFile(record, `${n} ${version}\n`, { append: true });
    if (kills) Deno.kill(Deno.pid, "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, ms));
    return characters === undefined ? 2 * n : "x".repeat(characters);
  };
  const fixed = { mode: "cluster", engine, task: "job", version, lease, progress: false } as const;
  const map = opmap(work, { ...options, ...fixed } as OpmapOptions<JobItem, number | string>);
  const close = async () => {
    await map.close();
    await engine.close();
  };
  return Object.assign((items: readonly JobItem[], call?: object) => map(items, call), {
    map,
    close,
    [Symbol.asyncDispose]: close,
  });
}

if (import.meta.main) {
  const [url, version, slots, lease, record] = Deno.args;
  const job = openJob({ url: url!, version: version!, lease: lease!, record: record! });
  const worker = await serve(job.map, { slots: Number(slots), grace: "30s" });
  Deno.addSignalListener("SIGTERM", async () => {
    await worker.stop();
    await job.close();
    Deno.exit(0);
  });
  console.log("ready");
}
