import { currentCall, type OperoOptions } from "@opero/core";
import { linePlot, type PlotLine } from "./line_plot.ts";
import { callsOfUsers, startTraffic, type Traffic } from "./traffic.ts";

const CALLS_PER_SECOND = 30;
const SECONDS = 90;
const OUTAGE = { from: 15, to: 45 } as const;
/** The service takes requests in their order, one at a time, and does not notice that a caller has left. */
const WORK_MS = 20;
const CAPACITY = 1_000 / WORK_MS;

const RETRIES = { retries: 3, timeout: "1s" } as const;
const BUDGET = { retryBudget: { minPerSecond: 1 } } as const;
const BREAKER = { circuitBreaker: { window: "10s", openFor: "5s" }, maxRetryAfter: 0 } as const;

/** What is compared, by the name of its line. */
const STACKS: Readonly<Record<string, OperoOptions>> = {
  "retries alone": RETRIES,
  "with a retry budget": { ...RETRIES, ...BUDGET },
  "with a circuit breaker": { ...RETRIES, ...BREAKER },
  "with both": { ...RETRIES, ...BUDGET, ...BREAKER },
};

/**
 * Draws how many requests a service gets before, in and after an outage.
 *
 * @returns The SVG.
 */
export async function outagePlot(): Promise<string> {
  const lines: PlotLine[] = [];
  for (const [label, options] of Object.entries(STACKS)) lines.push({ label, points: await requestRates(options) });
  const capacity = [[0, CAPACITY], [SECONDS, CAPACITY]] as const;
  return linePlot({
    title: "An outage of 30 seconds, and what follows",
    width: 720,
    height: 380,
    right: 190,
    x: { label: "time (s)", ticks: [0, 15, 30, 45, 60, 75, 90], text: String, scale: Number },
    y: {
      label: "requests a second at the server",
      ticks: [0, 25, 50, 75, 100, 125, 150, 175],
      text: String,
      scale: Number,
    },
    lines: [...lines, { label: "capacity of the server", points: capacity, dashes: "6 4" }],
    band: { label: "outage", ...OUTAGE },
  });
}

/** How many requests came in each second. */
async function requestRates(options: OperoOptions): Promise<PlotLine["points"]> {
  const traffic = startTraffic();
  const { clock, watch, startMs } = traffic;
  await using instance = traffic.instance;
  const fn = instance.opero(hangingService(traffic), options);
  await callsOfUsers(traffic, CALLS_PER_SECOND, SECONDS, fn);
  const counts = Array<number>(SECONDS).fill(0);
  for (const startedMs of watch.startedMs) counts[Math.floor((startedMs - startMs) / 1_000)]!++;
  await clock.tick("1m");
  return counts.map((count, second) => [second + 0.5, count]);
}

/** A service that answers nothing in the outage, and begins with an empty queue after it. */
function hangingService({ clock, startMs, watch }: Traffic): () => Promise<void> {
  let freeAtMs = 0;
  return () => {
    const { signal } = currentCall();
    const nowMs = clock.now();
    const second = (nowMs - startMs) / 1_000;
    const isDown = second >= OUTAGE.from && second < OUTAGE.to;
    if (!isDown) freeAtMs = Math.max(freeAtMs, nowMs) + WORK_MS;
    const tookMs = isDown ? Infinity : freeAtMs - nowMs;
    return watch.serve(signal, () => clock.sleep(tookMs, signal));
  };
}
