import type { ReportBin, ReportTimeline } from "./run_report.ts";

/** How an item ended, for the timeline. */
export type TimelineCount = "ok" | "retried" | "failed";

/** For what the time of an item was spent. */
export type TimelineSpan = "inFlight" | "waiting" | "paused";

/** Counts, and times in milliseconds. */
type Bin = Record<TimelineCount | TimelineSpan, number>;

const FIRST_WIDTH_MS = 10;
/** How many parts are held before each two are merged into one. */
const MAX_HELD = 400;
const MAX_SHOWN = 200;
/** Where nothing happened for a minute and for a quarter of the whole, one run ended and another began later. */
const MIN_BREAK_MS = 60_000;
const MIN_BREAK_SHARE = 0.25;
const NAMES = ["ok", "retried", "failed", "inFlight", "waiting", "paused"] as const;
const NOTHING: Readonly<Bin> = { ok: 0, retried: 0, failed: 0, inFlight: 0, waiting: 0, paused: 0 };

/**
 * What happened when. Only parts of the time in which something happened are held, so a night between two runs takes
 * no space; where there are too many, two neighbours become one. Records may come in any order.
 */
export class RunTimeline {
  #widthMs = FIRST_WIDTH_MS;
  #bins = new Map<number, Bin>();

  /** Something happened once. */
  count(name: TimelineCount, atMs: number): void {
    this.#binAt(Math.floor(atMs / this.#widthMs))[name]++;
    this.#bound(MAX_HELD);
  }

  /** Something lasted from `fromMs` to `toMs`, or for a part of that time. */
  span(name: TimelineSpan, fromMs: number, toMs: number, part = 1): void {
    while ((toMs - fromMs) / this.#widthMs > MAX_HELD) this.#widen();
    const width = this.#widthMs;
    for (let at = fromMs; at < toMs;) {
      const place = Math.floor(at / width);
      const end = Math.min(toMs, (place + 1) * width);
      this.#binAt(place)[name] += (end - at) * part;
      at = end;
    }
    this.#bound(MAX_HELD);
  }

  /** What happened, in at most 200 parts. */
  report(): ReportTimeline {
    let shown = this.#shownPlaces();
    while (shown.length > MAX_SHOWN) {
      this.#widen();
      shown = this.#shownPlaces();
    }
    const width = this.#widthMs;
    const bins = shown.map((place) => shownBin(place * width, this.#bins.get(place) ?? NOTHING, width));
    return { binSeconds: width / 1_000, bins };
  }

  /** The places with something in them, and those between, unless nothing happened for long. */
  #shownPlaces(): number[] {
    const places = [...this.#bins.keys()].sort((one, other) => one - other);
    if (places.length === 0) return [];
    const span = places.at(-1)! - places[0]!;
    const maxGap = Math.max(MIN_BREAK_MS / this.#widthMs, span * MIN_BREAK_SHARE);
    return places.flatMap((place, i) => {
      const gap = i === 0 ? 0 : place - places[i - 1]! - 1;
      // A gap that is too long to be shown anyway is not written out before it is known to be none.
      const between = gap >= maxGap ? 0 : Math.min(gap, MAX_SHOWN);
      return Array.from({ length: between + 1 }, (_, n) => place - between + n);
    });
  }

  #binAt(place: number): Bin {
    const known = this.#bins.get(place);
    if (known !== undefined) return known;
    const bin = { ...NOTHING };
    this.#bins.set(place, bin);
    return bin;
  }

  #bound(max: number): void {
    while (this.#bins.size > max) this.#widen();
  }

  #widen(): void {
    const narrow = this.#bins;
    this.#bins = new Map();
    this.#widthMs *= 2;
    for (const [place, bin] of narrow) {
      const wide = this.#binAt(Math.floor(place / 2));
      for (const name of NAMES) wide[name] += bin[name];
    }
  }
}

function shownBin(atMs: number, { ok, retried, failed, ...spans }: Bin, widthMs: number): ReportBin {
  const mean = (ms: number) => Math.round(ms / widthMs * 100) / 100;
  const { inFlight, waiting, paused } = spans;
  return {
    atMs,
    ok,
    retried,
    failed,
    inFlight: mean(inFlight),
    waiting: mean(waiting),
    paused: Math.min(1, mean(paused)),
  };
}
