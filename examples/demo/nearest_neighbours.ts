/** What the workers import: it reads the places by itself, so that only the ends of a range have to be sent. */
import { nearestTo, type Place } from "./great_circle.ts";
import { type Airport, type Earthquake, readRecords } from "./records.ts";

/** Some of the places, by their numbers: from `start` up to `end`, exclusive. */
export interface PlaceRange {
  readonly start: number;
  readonly end: number;
}

/** What lies nearest to a place. */
export interface Neighbour {
  /** The number of the nearest place. */
  readonly nearest: number;
  /** How far away it is. */
  readonly distanceKm: number;
}

/** All airports and earthquakes, in this order. */
export const PLACES: readonly Place[] = [
  ...await readRecords<Airport>("airports"),
  ...await readRecords<Earthquake>("earthquakes"),
];

/** Looks at every pair of a place in the range and any other. */
export function nearestNeighbours({ start, end }: PlaceRange): Neighbour[] {
  return PLACES.slice(start, end).map((place) => {
    const { nearest, distanceKm } = nearestTo(place, PLACES);
    return { nearest: PLACES.indexOf(nearest), distanceKm };
  });
}
