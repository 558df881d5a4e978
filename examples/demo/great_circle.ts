/** A point on the globe, in degrees. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

const MEAN_EARTH_RADIUS_KM = 6_371.0088;

/** The shortest way over the globe from `a` to `b` in kilometres, by the haversine formula. */
export function greatCircleKm(a: Place, b: Place): number {
  // Rounding can lead a little over 1 where the two lie opposite each other.
  return 2 * MEAN_EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(apartness(a, b))));
}

/** The one of `candidates`, other than `place` itself, that lies nearest to it, and how far away it is. */
export function nearestTo<Candidate extends Place>(
  place: Place,
  candidates: readonly Candidate[],
): { readonly nearest: Candidate; readonly distanceKm: number } {
  let nearest: Candidate | undefined;
  let least = Infinity;
  for (const candidate of candidates) {
    const apart = apartness(place, candidate);
    if (apart < least && candidate !== place) [nearest, least] = [candidate, apart];
  }
  if (nearest === undefined) throw new RangeError("There must be another place");
  return { nearest, distanceKm: greatCircleKm(place, nearest) };
}

/** A number from 0 to 1 that grows with the distance, and is cheaper to tell: the square of half the chord. */
function apartness(a: Place, b: Place): number {
  return haversine(b.latitude - a.latitude) +
    Math.cos(toRadians(a.latitude)) * Math.cos(toRadians(b.latitude)) * haversine(b.longitude - a.longitude);
}

function haversine(degrees: number): number {
  return Math.sin(toRadians(degrees) / 2) ** 2;
}

function toRadians(degrees: number): number {
  return degrees * Math.PI / 180;
}
