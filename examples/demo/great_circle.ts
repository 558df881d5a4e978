/** A point on the globe, in degrees. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

const MEAN_EARTH_RADIUS_KM = 6_371.0088;

/** The shortest way over the globe from `a` to `b` in kilometres, by the haversine formula. */
export function greatCircleKm(a: Place, b: Place): number {
  const halfChord = haversine(b.latitude - a.latitude) +
    Math.cos(toRadians(a.latitude)) * Math.cos(toRadians(b.latitude)) * haversine(b.longitude - a.longitude);
  // Rounding can lead a little over 1 where the two lie opposite each other.
  return 2 * MEAN_EARTH_RADIUS_KM * Math.asin(Math.sqrt(Math.min(1, halfChord)));
}

/** The one of `candidates` that lies nearest to `place`, and how far away it is. */
export function nearestTo<Candidate extends Place>(
  place: Place,
  candidates: readonly Candidate[],
): { readonly nearest: Candidate; readonly distanceKm: number } {
  let nearest: Candidate | undefined;
  let distanceKm = Infinity;
  for (const candidate of candidates) {
    const km = greatCircleKm(place, candidate);
    if (km < distanceKm) [nearest, distanceKm] = [candidate, km];
  }
  if (nearest === undefined) throw new RangeError("There must be a candidate");
  return { nearest, distanceKm };
}

function haversine(degrees: number): number {
  return Math.sin(toRadians(degrees) / 2) ** 2;
}

function toRadians(degrees: number): number {
  return degrees * Math.PI / 180;
}
