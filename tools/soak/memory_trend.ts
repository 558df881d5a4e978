interface Sample {
  readonly atMs: number;
  readonly rss: number;
}

/** How fast memory grows, in bytes an hour: most likely by `slope`, and with 95 % between `low` and `high`. */
export interface Growth {
  readonly low: number;
  readonly slope: number;
  readonly high: number;
}

/** How the memory of this process goes up or down. */
export class MemoryTrend {
  readonly #samples: Sample[] = [];
  readonly #startMs = performance.now();

  /** Looks now; after a collection, where the runtime lets itself be asked for one. */
  sample(): Deno.MemoryUsage {
    (globalThis as { gc?: () => void }).gc?.();
    const usage = Deno.memoryUsage();
    this.#samples.push({ atMs: performance.now(), rss: usage.rss });
    return usage;
  }

  /**
   * The slope of the line through the samples after `warmUpMinutes`: the median of the slopes of all pairs (Theil, 1950;
   * Sen, 1968), which a single peak does not move, and the bounds between which it lies with 95 %.
   */
  growth(warmUpMinutes: number): Growth {
    const samples = this.#samples.filter(({ atMs }) => atMs - this.#startMs >= warmUpMinutes * 60_000);
    const slopes = samples.flatMap((one, i) =>
      samples.slice(i + 1).map((other) => (other.rss - one.rss) / (other.atMs - one.atMs) * 3_600_000)
    ).toSorted((a, b) => a - b);
    const n = samples.length;
    const middle = slopes.length / 2;
    const aside = 1.96 * Math.sqrt(n * (n - 1) * (2 * n + 5) / 18) / 2;
    const at = (place: number) => slopes[Math.min(Math.max(Math.floor(place), 0), slopes.length - 1)] ?? 0;
    return { low: at(middle - aside), slope: at(middle), high: at(middle + aside) };
  }
}
