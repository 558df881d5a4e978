/**
 * Enriches a week of earthquakes with the nearest airport, through a service that fails in every way services fail, by a
 * process that is killed half-way; then does work for the processor on all cores. Start it with `deno task demo`.
 */
import { showEnrichment } from "./enrichment.ts";
import { showNeighbourGraph } from "./neighbour_graph.ts";
import { type Airport, type Earthquake, readRecords } from "./records.ts";

await showEnrichment(await readRecords<Earthquake>("earthquakes"), await readRecords<Airport>("airports"));
await showNeighbourGraph();
