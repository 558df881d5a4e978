/** Each octave, from one power of two to the next, has so many buckets: a value is off by half a bucket, 1/64 of it. */
const BUCKETS_AN_OCTAVE = 32;
/** From 1 µs to 2³⁷ µs, which is a day and a half. */
const OCTAVES = 37;
const MAX_BUCKET = OCTAVES * BUCKETS_AN_OCTAVE - 1;
const US_PER_S = 1_000_000;
const MS_PER_S = 1_000;
const MAX_SHOWN = 40;

/** How many calls took how long. */
export interface LatencyBin {
  /** The least time in it, in seconds. */
  readonly fromSeconds: number;
  /** The time that the next one begins with, in seconds. */
  readonly toSeconds: number;
  /** How many calls there are. */
  readonly count: number;
}

/**
 * How long calls took, in buckets of a fixed number: after HdrHistogram (Gil Tene), whose buckets are of equal width within
 * an octave and twice as wide in the next. A quantile is off by 1.6 % at most, and by 1 µs; the maximum is exact.
 */
export class LatencyHistogram {
  /** Of which there may be more than 2³². */
  readonly #counts = new Float64Array(MAX_BUCKET + 1);
  #count = 0;
  #maxMs = 0;

  /** Adds a call that took `ms` milliseconds. */
  add(ms: number): void {
    if (ms > this.#maxMs) this.#maxMs = ms;
    this.#count++;
    this.#counts[bucketOf(ms)]!++;
  }

  /** The longest, in seconds; 0 where there is none. */
  get max(): number {
    return this.#maxMs / MS_PER_S;
  }

  /** What a part `q` of the calls, from 0 to 1, took at most, in seconds (the nearest rank); 0 where there is none. */
  quantile(q: number): number {
    const rank = Math.max(1, Math.ceil(q * this.#count));
    let seen = 0;
    for (let bucket = 0; bucket <= MAX_BUCKET; bucket++) {
      seen += this.#counts[bucket]!;
      if (seen >= rank) return Math.min(this.max, startOf(bucket + 0.5));
    }
    return 0;
  }

  /** How many calls took how long: at most 40 parts of equal width on a scale of logarithms, from the first to the last that has one. */
  bins(): readonly LatencyBin[] {
    const counts = this.#counts;
    const first = counts.findIndex((count) => count > 0);
    if (first < 0) return [];
    const last = counts.findLastIndex((count) => count > 0);
    let width = 4;
    while (Math.floor(last / width) - Math.floor(first / width) >= MAX_SHOWN) width *= 2;
    const bins: LatencyBin[] = [];
    for (let start = first - first % width; start <= last; start += width) {
      const count = counts.subarray(start, start + width).reduce((sum, each) => sum + each, 0);
      bins.push({ fromSeconds: startOf(start), toSeconds: startOf(start + width), count });
    }
    return bins;
  }
}

/** Where a bucket begins, in seconds, or, with a half more, its middle; all of the first one is what took no time. */
function startOf(bucket: number): number {
  if (bucket < 1) return 0;
  return 2 ** Math.floor(bucket / BUCKETS_AN_OCTAVE) * (1 + bucket % BUCKETS_AN_OCTAVE / BUCKETS_AN_OCTAVE) / US_PER_S;
}

/** Most calls take less than 1 µs of a coarse clock, and need no logarithm. */
function bucketOf(ms: number): number {
  const us = ms * (US_PER_S / MS_PER_S);
  if (!(us >= 1)) return 0;
  const octave = us < 2 ** 31 ? 31 - Math.clz32(us) : Math.floor(Math.log2(us));
  const within = Math.floor((us / 2 ** octave - 1) * BUCKETS_AN_OCTAVE);
  return Math.min(MAX_BUCKET, octave * BUCKETS_AN_OCTAVE + within);
}
