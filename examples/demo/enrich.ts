/** The program that is killed: finds an airport for each earthquake, and writes how many of them it had to ask for. */
import { createAirportClient } from "./airport_client.ts";
import { type Earthquake, readRecords } from "./records.ts";

const [url = "", journal = ""] = Deno.args;
const run = createAirportClient(url, journal).run(await readRecords<Earthquake>("earthquakes"));
await run;
console.log(run.stats().journaled);
