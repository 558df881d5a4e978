/** Maps all earthquakes over whatever workers there are, and says who did what. */
import { type Earthquake, readRecords } from "../demo/records.ts";
import { quakes } from "./quakes.ts";

const items = await readRecords<Earthquake>("earthquakes");
const run = quakes.run(items);
const found = new Set<string>();
for await (const { id } of run) {
  found.add(id);
  if (found.size % 500 === 0) console.log(`${found.size} of ${items.length}`);
}
console.log(`${found.size} of ${items.length}, none lost, none twice`);
for (const { name, done } of run.report().workers) console.log(`${name} did ${done}`);
