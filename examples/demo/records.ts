import type { Place } from "./great_circle.ts";

/** An event as the U.S. Geological Survey tells of it. */
export interface Earthquake extends Place {
  readonly id: string;
  readonly magnitude: number;
  readonly place: string;
}

/** An airport of the United States. */
export interface Airport extends Place {
  readonly iata: string;
  readonly name: string;
}

/** Reads the records of `examples/data/<name>.jsonl`, one a line. */
export async function readRecords<Kind>(name: string): Promise<Kind[]> {
  const text = await Deno.readTextFile(new URL(`../data/${name}.jsonl`, import.meta.url));
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}
