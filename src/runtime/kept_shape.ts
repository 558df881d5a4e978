/** One of each; most parts of a call are made and dropped with it, so that often there is none. */
const kept: object[] = [];

/**
 * Keeps `example` permanently. Engines forget the layout of objects of which a garbage collection finds none, and all code
 * with it that was compiled for them: after a quiet moment calls would take two to three times as long, until that is
 * compiled anew. A field that has fractions at times is to have one in the example, as its layout is another one.
 *
 * @param example An object of a class whose objects live no longer than a call; it should refer to nothing that is large.
 */
export function keepShape(example: object): void {
  kept.push(example);
}
