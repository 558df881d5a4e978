/** Runs all cases on Deno, Node or Bun, and prints a line of JSON for each; the arguments name what the runtime has. */
import { type Part, runEverywhere } from "./all_cases.ts";

for (const result of await runEverywhere({ has: process.argv.slice(2) as Part[] })) console.log(JSON.stringify(result));
// What an item without an end left, as a pool's timeout does, is not waited for.
process.exit(0);
