/**
 * How cost grows with the number of items, keys, calls, rows and files: `deno run -A bench/growth.ts [word of a title]`.
 * Each size is measured in a process of its own. `deno task bench` runs it, too, and `--write` draws its plot.
 */
import { LONGEST_BLOCK_MS } from "./bars.ts";
import type { Grown } from "./support/growth/grown.ts";
import { blocksOver, GROWING, growthText, measureGrowth } from "./support/growth/measure_growth.ts";

const CHILD = "--child";
const [first = "", title, size] = Deno.args;

if (first === CHILD) {
  const grown: Omit<Grown, "size"> = await GROWING.find((each) => each.title === title)!.grow(Number(size));
  console.log(JSON.stringify(grown));
  Deno.exit();
} else if (import.meta.main) {
  const growth = await measureGrowth(first);
  console.log(growthText(growth));
  const over = blocksOver(growth);
  for (const each of over) console.log(`over ${LONGEST_BLOCK_MS} ms: ${each}`);
  if (over.length > 0) Deno.exit(1);
}
