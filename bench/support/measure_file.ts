/** Measures the rows of one file, whose address is the argument, and prints a line of JSON for each. */
import type { Row } from "./row.ts";
import { takeTurns } from "./take_turns.ts";

const { rows } = await import(Deno.args[0]!) as { rows: readonly Row[] };
for (const row of rows) {
  const { name, unit } = row;
  console.log(JSON.stringify({ name, unit, timings: await takeTurns(row) }));
}
// Connections and threads of those that are compared would keep the process.
Deno.exit();
