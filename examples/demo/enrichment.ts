import { createAirportClient, type NearestAirport, REQUESTS_PER_SECOND, WORKERS } from "./airport_client.ts";
import { nearestTo } from "./great_circle.ts";
import { startEnrichment, writeReport } from "./programs.ts";
import type { Airport, Earthquake } from "./records.ts";
import { formatCount, formatSeconds, formatTable } from "./table.ts";
import { API_KEYS, type Dealing, FAULTS, type RunningService, startUnreliableService } from "./unreliable_service.ts";

/** One run over all records, or a part of one. */
interface Pass {
  /** Records that have an airport after it. */
  readonly done: number;
  /** Those of them that were found in the journal. */
  readonly journaled: number;
  /** How the service dealt with its requests. */
  readonly counts: Readonly<Record<Dealing, number>>;
  readonly ms: number;
}

/** Where the journal and the report go. */
export const OUTPUT = "examples/demo/output";

const JOURNAL = `${OUTPUT}/enrichment.jsonl`;
const POLL_MS = 20;

/** The first part: finds the airport nearest to each earthquake through the unreliable service, in spite of a kill. */
export async function showEnrichment(earthquakes: readonly Earthquake[], airports: readonly Airport[]): Promise<void> {
  console.log(introduction(earthquakes.length, airports.length));
  await clearOutput();
  await using service = startUnreliableService(airports);
  const killed = await passOf(service, () => runUntilKilled(service, earthquakes.length / 2));
  console.log(`\nKilled (kill -9) after ${formatCount(killed.done)} records. The same command again:`);
  const resumed = await passOf(service, () => runToItsEnd(service));
  const { answeredAgain } = service;
  let found: readonly NearestAirport[] = [];
  const third = await passOf(service, async () => {
    const run = createAirportClient(service.url, JOURNAL).run(earthquakes, { progress: false });
    found = await run;
    return run.stats().journaled;
  });
  console.log(`\n${report([killed, resumed, third])}\n\n${strongest(earthquakes, found)}\n`);
  requireAll(earthquakes, airports, found);
  requireFew(answeredAgain);
  console.log(
    `Every record has its airport. Asked for twice: ${answeredAgain}, as ${WORKERS} were in flight at the kill`,
  );
  console.log(`The report of both runs: ${await writeReport(OUTPUT, JOURNAL)}`);
}

function introduction(earthquakes: number, airports: number): string {
  const percent = (part: number) => `${part * 100} %`;
  return `The nearest of ${formatCount(airports)} airports for each of ${formatCount(earthquakes)} earthquakes, ` +
    `at most ${REQUESTS_PER_SECOND} requests a second.\n` +
    `The service answers ${percent(FAULTS.busy)} of them with 429 and Retry-After and ${percent(FAULTS.broken)} with ` +
    `500, leaves ${percent(FAULTS.hanging)} hanging,\nand refuses the first of ${API_KEYS.length} API keys after ` +
    `${FAULTS.firstKeyQuota} requests. Half-way the process is killed.\n`;
}

async function clearOutput(): Promise<void> {
  await Deno.mkdir(OUTPUT, { recursive: true });
  for await (const { name } of Deno.readDir(OUTPUT)) await Deno.remove(`${OUTPUT}/${name}`);
}

/** Counts what the service does while `run` runs, which returns how many records it found in the journal. */
async function passOf(service: RunningService, run: () => Promise<number>): Promise<Pass> {
  const before = { ...service.counts };
  const startedMs = performance.now();
  const journaled = await run();
  const ms = performance.now() - startedMs;
  const kinds = Object.keys(before) as Dealing[];
  const counts = Object.fromEntries(kinds.map((kind) => [kind, service.counts[kind] - before[kind]]));
  return { done: await countRecorded(), journaled, counts: counts as Pass["counts"], ms };
}

async function runUntilKilled(service: RunningService, answers: number): Promise<number> {
  const process = startEnrichment(service.url, OUTPUT, JOURNAL);
  while (service.counts.answered < answers) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  process.kill("SIGKILL");
  await process.output();
  return 0;
}

async function runToItsEnd(service: RunningService): Promise<number> {
  const { success, stdout } = await startEnrichment(service.url, OUTPUT, JOURNAL).output();
  if (!success) throw new Error("The second run has failed");
  return Number(new TextDecoder().decode(stdout));
}

/** How many records the journal has a result for: a line each, after the first. */
async function countRecorded(): Promise<number> {
  const lines = (await Deno.readTextFile(JOURNAL)).split("\n").slice(1, -1);
  return new Set(lines.map((line) => JSON.parse(line).k)).size;
}

function report(passes: readonly Pass[]): string {
  const row = (label: string, read: (pass: Pass) => number) => [label, ...passes.map(read).map(formatCount)];
  const sum = ({ counts }: Pass) => Object.values(counts).reduce((total, count) => total + count, 0);
  return formatTable([
    ["", "until the kill", "after it", "once more"],
    row("records with an airport", ({ done }) => done),
    row("  from the journal", ({ journaled }) => journaled),
    row("requests", sum),
    row("  answered", ({ counts }) => counts.answered),
    row("  401 (key used up)", ({ counts }) => counts.refused),
    row("  429", ({ counts }) => counts.busy),
    row("  500", ({ counts }) => counts.broken),
    row("  left hanging", ({ counts }) => counts.hanging),
    ["time", ...passes.map(({ ms }) => formatSeconds(ms))],
  ]);
}

/** The airports are those of the United States, so only there is the nearest one of interest. */
const IN_THE_STATES = /, (?:Alaska|CA|California|Hawaii|Idaho|Montana|Nevada|Oklahoma|Oregon|Utah|Washington|Wyoming)$/;

function strongest(earthquakes: readonly Earthquake[], found: readonly NearestAirport[]): string {
  const near = earthquakes.map((_, i) => i).filter((i) => IN_THE_STATES.test(earthquakes[i]!.place));
  const order = near.sort((a, b) => earthquakes[b]!.magnitude - earthquakes[a]!.magnitude);
  const rows = order.slice(0, 5).map((i) => {
    const { iata, name, distanceKm } = found[i]!;
    const { magnitude, place } = earthquakes[i]!;
    return [`M ${magnitude.toFixed(1)}  ${place}  →  ${name} (${iata})`, `${formatCount(Math.round(distanceKm))} km`];
  });
  return formatTable(rows);
}

function requireAll(
  earthquakes: readonly Earthquake[],
  airports: readonly Airport[],
  found: readonly NearestAirport[],
): void {
  const isRight = (earthquake: Earthquake, i: number) =>
    nearestTo(earthquake, airports).nearest.iata === found[i]?.iata;
  if (!earthquakes.every(isRight)) throw new Error("A record is missing, or has another airport than it should");
}

function requireFew(answeredAgain: number): void {
  if (answeredAgain > WORKERS) throw new Error(`${answeredAgain} records were asked for twice`);
}
