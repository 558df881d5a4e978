/**
 * Draws the plots of the documents: `deno task plots`. The library is real, and runs on a clock that is advanced by hand,
 * so what it does is simulated in a moment and is the same at every run.
 */
import { POLICY_PLOTS } from "./support/plots/policy_plots.ts";

for (const [path, draw] of Object.entries(POLICY_PLOTS)) {
  await Deno.writeTextFile(new URL(`../${path}`, import.meta.url), await draw());
  console.log(path);
}
