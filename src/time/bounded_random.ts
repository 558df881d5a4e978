/** The largest number that is drawn. */
const BELOW_ONE = 1 - Number.EPSILON / 2;

/**
 * `random`, which a user gave, within its bounds: a delay made of `NaN` would never end, and one of a negative number
 * would be shorter than it may be.
 *
 * @param random Draws a number.
 * @returns Draws a number from 0 up to 1, exclusive: what is less, or no number, becomes 0, and what is more the largest.
 */
export function boundedRandom(random: () => number): () => number {
  return () => {
    const drawn = random();
    if (drawn >= 0 && drawn < 1) return drawn;
    return drawn >= 1 ? BELOW_ONE : 0;
  };
}
