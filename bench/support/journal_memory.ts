/** Prints how long a journal of a million records takes to open, and how much memory. The argument is the file. */
import { makeRecords, openBenchJournal } from "./journal_load.ts";
import { writeRecord } from "../../src/journal/journal_record.ts";

const RECORD_COUNT = 1_000_000;
const A_PART = 10_000;

const [path, task] = Deno.args as [string, string];
if (task === "write") {
  await (await openBenchJournal(path)).close(true);
  using file = await Deno.open(path, { append: true });
  const writer = file.writable.getWriter();
  const records = makeRecords(RECORD_COUNT);
  for (let start = 0; start < RECORD_COUNT; start += A_PART) {
    await writer.write(new TextEncoder().encode(records.slice(start, start + A_PART).map(writeRecord).join("")));
  }
  console.log("{}");
} else {
  const idle = Deno.memoryUsage().rss;
  const startMs = performance.now();
  const journal = await openBenchJournal(path);
  const seconds = (performance.now() - startMs) / 1_000;
  console.log(JSON.stringify({ seconds, megabytes: (Deno.memoryUsage().rss - idle) / 1e6 }));
  await journal.close(true);
}
