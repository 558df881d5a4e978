import type { RowResult, SectionResult } from "./result.ts";

/** A file with rows, and what its table is called. */
export interface Section {
  readonly title: string;
  readonly file: string;
}

/** All files that are measured, in the order of the tables. */
export const SECTIONS: readonly Section[] = [
  { title: "Retries and timeouts", file: "retry_bench.ts" },
  { title: "Policies", file: "policies_bench.ts" },
  { title: "Cache in memory", file: "cache_memory_bench.ts" },
  { title: "Rate limits", file: "rate_limit_bench.ts" },
  { title: "Cache, rate limit and retries together", file: "stack_bench.ts" },
  { title: "Events and what a call tells", file: "telemetry_bench.ts" },
  { title: "Many items in this thread", file: "opmap_bench.ts" },
  { title: "Memory of a stream", file: "opmap_memory_bench.ts" },
  { title: "Journal of a run", file: "journal_bench.ts" },
  { title: "Pools of two threads", file: "pool_bench.ts" },
  { title: "Many functions in process mode", file: "functions_bench.ts" },
  { title: "Cache in SQLite", file: "cache_sqlite_bench.ts" },
  { title: "Cache in Redis", file: "cache_redis_bench.ts" },
  { title: "Items over brokers, and rates that processes share", file: "cluster_bench.ts" },
  { title: "Cache on disk", file: "cache_disk_bench.ts" },
  { title: "Text of an entry", file: "cache_codec_bench.ts" },
];

/**
 * Measures the rows of a section, in a process of its own.
 *
 * @param section Which.
 * @returns What its rows came to.
 * @throws {Error} If the process fails.
 */
export async function measureSection({ title, file }: Section): Promise<SectionResult> {
  const [script, address] = [new URL("measure_file.ts", import.meta.url), new URL(`../${file}`, import.meta.url)];
  const args = ["run", "-A", "--no-check", "--v8-flags=--expose-gc", script.href, address.href];
  const command = new Deno.Command(Deno.execPath(), { args, stderr: "inherit" });
  const { success, stdout } = await command.output();
  if (!success) throw new Error(`${file} failed`);
  const lines = new TextDecoder().decode(stdout).split("\n").filter((line) => line.startsWith("{"));
  return { title, rows: lines.map((line): RowResult => JSON.parse(line)) };
}

/**
 * What runs here: `Deno 2.9.6 on x86_64-unknown-linux-gnu, 2 cores of AMD EPYC`.
 *
 * @returns The text.
 */
export function describeMachine(): string {
  const { version, build } = Deno;
  return `Deno ${version.deno} on ${build.target}, ${navigator.hardwareConcurrency} cores${processor()}`;
}

function processor(): string {
  try {
    const name = Deno.readTextFileSync("/proc/cpuinfo").match(/^model name\s*: (.+)$/m)?.[1];
    return name === undefined ? "" : ` of ${name}`;
  } catch {
    return "";
  }
}
