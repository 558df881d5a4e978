import { opmap } from "@opero/core";
import { nearestNeighbours, type Neighbour, type PlaceRange, PLACES } from "./nearest_neighbours.ts";
import { formatCount, formatSeconds, formatTable } from "./table.ts";

const RANGES = 64;

/** The second part: the nearest-neighbour graph of all places on the globe, on one thread and on all cores. */
export async function showNeighbourGraph(): Promise<void> {
  const ranges = splitPlaces();
  const pairs = PLACES.length * (PLACES.length - 1);
  const workers = navigator.hardwareConcurrency;
  console.log(
    `\nThe nearest neighbour of each of these ${formatCount(PLACES.length)} places: ${formatCount(pairs)} distances\n`,
  );

  const findAlone = opmap(nearestNeighbours, { name: "one thread", workers: 1 });
  const alone = await timed(() => findAlone(ranges));
  await using findNeighbours = opmap(nearestNeighbours, {
    name: `${workers} workers`,
    mode: "process",
    workers,
    module: new URL("./nearest_neighbours.ts", import.meta.url).href,
  });
  const together = await timed(() => findNeighbours(ranges));

  console.log(formatTable([
    ["one thread", formatSeconds(alone.ms)],
    [`${workers} workers, their start included`, formatSeconds(together.ms)],
    ["speed-up", `${(alone.ms / together.ms).toFixed(2)}×`],
  ]));
  requireEqual(alone.graph, together.graph);
  console.log("\nBoth gave the same graph");
}

function splitPlaces(): PlaceRange[] {
  const size = Math.ceil(PLACES.length / RANGES);
  return Array.from({ length: RANGES }, (_, i) => ({ start: i * size, end: (i + 1) * size }));
}

async function timed(run: () => Promise<Neighbour[][]>): Promise<{ graph: Neighbour[]; ms: number }> {
  const startedMs = performance.now();
  const graph = (await run()).flat();
  return { graph, ms: performance.now() - startedMs };
}

function requireEqual(alone: readonly Neighbour[], together: readonly Neighbour[]): void {
  const isSame = alone.length === PLACES.length && JSON.stringify(alone) === JSON.stringify(together);
  if (!isSame) throw new Error("The workers found another graph than one thread");
}
