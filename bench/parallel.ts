/**
 * `opero map` beside GNU parallel: `deno task bench:parallel`. Needs parallel and the `time` of GNU (Debian: `apt-get
 * install parallel time`). The two do not do the same: parallel starts a process for each job, and a function is none.
 *
 * `--write` saves what was measured in `bench/results/` and writes it into the documents; `--quick` runs few jobs, for a
 * look.
 */
import { PARALLEL, readSaved, save, writeDocuments } from "./support/documents.ts";
import { measureParallel } from "./support/command/measure_parallel.ts";
import { parallelText } from "./support/command/parallel_result.ts";

const result = await measureParallel(Deno.args.includes("--quick"));
console.log(parallelText(result));
if (Deno.args.includes("--write")) {
  await save(PARALLEL, result);
  await writeDocuments(await readSaved());
}
