/** Runs the portable cases on whatever runtime this is, and prints a line of JSON for each. */
import { PORTABLE_CASES } from "./portable_cases.ts";

for (const { name, run } of PORTABLE_CASES) {
  const failure = await run().then(() => undefined, (error) => error?.stack ?? String(error));
  console.log(JSON.stringify({ name, failure }));
}
