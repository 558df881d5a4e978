import { LONGEST_BLOCK_MS } from "../../bars.ts";
import { figureText } from "../figure_text.ts";
import { markdownTable } from "../markdown.ts";
import type { Growing, Grown } from "./grown.ts";
import { IN_MEMORY } from "./in_memory.ts";
import { ON_DISK } from "./on_disk.ts";

/** What one thing came to, from its smallest size to its largest. */
export interface Growth {
  readonly title: string;
  readonly points: readonly Grown[];
}

/** For a quick look it need not be as many. */
const MOST = Deno.env.get("OPERO_BENCH_QUICK") === undefined ? Infinity : 10_000;

/** All that is made larger and larger. */
export const GROWING: readonly Growing[] = [...IN_MEMORY, ...ON_DISK];

/**
 * Measures every size, each in a process of its own, one after another.
 *
 * @param word A word of the titles to measure; by default all.
 * @returns What they came to.
 * @throws {Error} If a process fails.
 */
export async function measureGrowth(word = ""): Promise<Growth[]> {
  const growth: Growth[] = [];
  for (const { title, sizes } of GROWING.filter((each) => each.title.includes(word))) {
    const points: Grown[] = [];
    for (const size of sizes.filter((each) => each <= MOST)) points.push({ size, ...await measureSize(title, size) });
    growth.push({ title, points });
  }
  return growth;
}

async function measureSize(title: string, size: number): Promise<Omit<Grown, "size">> {
  const script = new URL("../../growth.ts", import.meta.url).href;
  const args = ["run", "-A", "--no-check", "--v8-flags=--expose-gc", script, "--child", title, String(size)];
  const { success, stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
  if (!success) throw new Error(`${size} ${title} failed`);
  return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
}

/**
 * The table.
 *
 * @param growth What was measured.
 * @returns Markdown.
 */
export function growthText(growth: readonly Growth[]): string {
  const lines = growth.flatMap(({ title, points }) =>
    points.map(({ size, times, bytes, blocks }, index) => [
      index === 0 ? title : "",
      size.toLocaleString("en").replaceAll(",", " "),
      listOf(times, (ns) => figureText(ns, "ns")),
      figureText(Math.round(bytes), "B"),
      listOf(blocks, (ms) => figureText(ms, "ms")),
    ])
  );
  return markdownTable(["what", "how many", "time a call", "each takes", "longest block by itself"], lines);
}

function listOf(figures: Readonly<Record<string, number>>, print: (figure: number) => string): string {
  return Object.entries(figures).map(([name, figure]) => `${name} ${print(figure)}`).join(", ");
}

/**
 * Where the library blocks the event loop for too long by itself.
 *
 * @param growth What was measured.
 * @returns A text for each.
 */
export function blocksOver(growth: readonly Growth[]): string[] {
  return growth.flatMap(({ title, points }) =>
    points.flatMap(({ size, blocks }) =>
      Object.entries(blocks).filter(([, ms]) => ms > LONGEST_BLOCK_MS).map(([name, ms]) =>
        `${name} with ${size} ${title}: ${ms.toFixed(0)} ms`
      )
    )
  );
}
