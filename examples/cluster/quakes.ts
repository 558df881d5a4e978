/** What the caller and the workers share: a function, and where its items travel. */
import { opmap } from "@opero/core";
import { natsEngine } from "@opero/core/nats";
import { nearestTo } from "../demo/great_circle.ts";
import { type Airport, type Earthquake, readRecords } from "../demo/records.ts";

const airports = await readRecords<Airport>("airports");

/** The airport that is nearest to an earthquake, as a slow service finds it. */
async function enrich(quake: Earthquake): Promise<{ id: string; airport: string; km: number }> {
  await new Promise((resolve) => setTimeout(resolve, 40));
  const { nearest, distanceKm } = nearestTo(quake, airports);
  return { id: quake.id, airport: nearest.iata, km: Math.round(distanceKm) };
}

export const quakes = opmap(enrich, {
  mode: "cluster",
  engine: natsEngine({ servers: Deno.env.get("OPERO_NATS") ?? "nats://127.0.0.1:4222" }),
  task: "quakes",
  version: "1", // another version of the function needs other workers
  lease: "2s", // short, so that one sees what happens; the default is 15 s
});
