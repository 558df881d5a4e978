/**
 * The value below which a share of the figures lies, linear between two of them.
 *
 * @param figures Numbers in any order, at least one.
 * @param share From 0 to 1; 0.5 is the median.
 * @returns The value.
 */
export function quantile(figures: readonly number[], share: number): number {
  const sorted = figures.toSorted((one, other) => one - other);
  const place = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return below + (above - below) * (place - Math.floor(place));
}
