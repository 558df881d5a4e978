import { createOpero, type OperoInstance } from "@opero/core";
import { createAirportClient, type FindAirports, type NearestAirport, REQUESTS_PER_SECOND } from "./airport_client.ts";
import type { Airport, Earthquake } from "./records.ts";
import { formatCount, formatSeconds, formatTable } from "./table.ts";
import { tallied, type Tally } from "./tally.ts";
import { API_KEYS, FAULTS, startUnreliableService } from "./unreliable_service.ts";

/** One pass over all records. */
interface Pass extends Tally {
  readonly found: readonly NearestAirport[];
  readonly ms: number;
}

/** The first part: finds the airport nearest to each earthquake through the unreliable service, then from the cache. */
export async function showEnrichment(earthquakes: readonly Earthquake[], airports: readonly Airport[]): Promise<void> {
  console.log(introduction(earthquakes.length, airports.length));
  await using service = startUnreliableService(airports);
  await using instance = createOpero();
  const findAirports = createAirportClient(instance, service.url, API_KEYS);
  const first = await runPass(instance, findAirports, earthquakes);
  const second = await runPass(instance, findAirports, earthquakes);
  console.log(report(first, second));
  console.log(`\n${strongest(earthquakes, first.found)}\n`);
  requireAll(earthquakes, first, second);
  console.log("Every record came through, and the cache gave the same answers");
}

function introduction(earthquakes: number, airports: number): string {
  const percent = (part: number) => `${part * 100} %`;
  return `The nearest of ${formatCount(airports)} airports for each of ${formatCount(earthquakes)} earthquakes, ` +
    `at most ${REQUESTS_PER_SECOND} requests a second.\n` +
    `The service answers ${percent(FAULTS.busy)} of them with 429 and Retry-After and ${
      percent(FAULTS.broken)
    } with 500, ` +
    `leaves ${percent(FAULTS.hanging)} hanging,\n` +
    `and refuses the first of two API keys after ${FAULTS.firstKeyQuota} requests.\n`;
}

async function runPass(
  instance: OperoInstance,
  findAirports: FindAirports,
  earthquakes: readonly Earthquake[],
): Promise<Pass> {
  const places = earthquakes.map(({ latitude, longitude }) => ({ latitude, longitude }));
  const startedMs = performance.now();
  let found: readonly NearestAirport[] = [];
  const tally = await tallied(instance, async () => {
    found = await findAirports(places);
  });
  return { ...tally, found, ms: performance.now() - startedMs };
}

function report(first: Pass, second: Pass): string {
  const row = (label: string, read: (pass: Pass) => number) => [label, ...[first, second].map(read).map(formatCount)];
  const kinds = [...first.failed.keys()].sort();
  return formatTable([
    ["", "first pass", "second pass"],
    row("records", ({ found }) => found.length),
    row("calls of the service", ({ calls }) => calls),
    row("  a second", ({ calls, ms }) => Math.round(calls / ms * 1_000)),
    ...kinds.map((kind) => row(`  failed: ${kind}`, ({ failed }) => failed.get(kind) ?? 0)),
    row("fallbacks to the other key", ({ fallbacks }) => fallbacks),
    row("retries", ({ retries }) => retries),
    row("cache hits", ({ cacheHits }) => cacheHits),
    ["time", ...[first, second].map(({ ms }) => formatSeconds(ms))],
  ]);
}

function strongest(earthquakes: readonly Earthquake[], found: readonly NearestAirport[]): string {
  const order = earthquakes.map((_, i) => i).sort((a, b) => earthquakes[b]!.magnitude - earthquakes[a]!.magnitude);
  const rows = order.slice(0, 3).map((i) => {
    const { iata, name, distanceKm } = found[i]!;
    const { magnitude, place } = earthquakes[i]!;
    return [`M ${magnitude.toFixed(1)}  ${place}  →  ${name} (${iata})`, `${formatCount(Math.round(distanceKm))} km`];
  });
  return formatTable(rows);
}

function requireAll(earthquakes: readonly Earthquake[], first: Pass, second: Pass): void {
  const isWhole = earthquakes.every((_, i) =>
    first.found[i] !== undefined && JSON.stringify(first.found[i]) === JSON.stringify(second.found[i])
  );
  if (!isWhole) throw new Error("A record is missing, or the two passes differ");
}
