/**
 * The command `opero`: batches from a shell, with retries, rate limits and a journal.
 *
 * ```sh
 * deno run -A jsr:@opero/core/cli map enrich.ts --journal run.jsonl < items.jsonl > results.jsonl
 * ```
 *
 * @module
 */
import "./redis.ts";
import { main } from "./src/cli/main.ts";

export { main } from "./src/cli/main.ts";
export { reportPage } from "./src/report/report_page.ts";

if (import.meta.main) await main();
