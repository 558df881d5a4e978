import { currentCall, type OperoOptions } from "@opero/core";
import { quantile } from "../quantile.ts";
import { linePlot, type PlotLine } from "./line_plot.ts";
import { callsOfUsers, startTraffic, type Traffic } from "./traffic.ts";

const CALLS_PER_SECOND = 100;
const SECONDS = 60;
/** Most answers take 10 to 40 ms; these come from a busy machine, and take half a second to two. */
const SLOW_SHARE = 0.015;

const SHARES = [0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999];

/** What is compared, by the name of its line. */
const STACKS: Readonly<Record<string, OperoOptions>> = {
  "without hedging": {},
  "hedge after p95": { hedge: { after: { quantile: 0.95 } } },
};

/**
 * Draws the latency of calls with and without hedging, by the share of calls that are quicker.
 *
 * @returns The SVG.
 */
export async function hedgePlot(): Promise<string> {
  const lines: PlotLine[] = [];
  for (const [label, options] of Object.entries(STACKS)) {
    const latenciesMs = await measureLatencies(options);
    lines.push({ label, points: SHARES.map((share) => [share, quantile(latenciesMs, share)]), hasDots: true });
  }
  return linePlot({
    title: "Latency with and without hedging",
    width: 720,
    height: 380,
    right: 190,
    x: {
      label: "percentile of the calls",
      ticks: SHARES,
      text: (share) => `p${Number((share * 100).toFixed(1))}`,
      scale: (share) => -Math.log(1 - share),
    },
    y: { label: "latency (ms)", ticks: [10, 30, 100, 300, 1_000, 3_000], text: String, scale: Math.log },
    lines,
  });
}

async function measureLatencies(options: OperoOptions): Promise<number[]> {
  const traffic = startTraffic();
  const { clock } = traffic;
  await using instance = traffic.instance;
  const fn = instance.opero(serviceWithSlowMachine(traffic), { retries: 0, ...options });
  const latenciesMs: number[] = [];
  await callsOfUsers(traffic, CALLS_PER_SECOND, SECONDS, async () => {
    const startedMs = clock.now();
    await fn();
    latenciesMs.push(clock.now() - startedMs);
  });
  await clock.tick("1m");
  return latenciesMs;
}

function serviceWithSlowMachine({ clock, random, watch }: Traffic): () => Promise<void> {
  return () => {
    const { signal } = currentCall();
    const isSlow = random() < SLOW_SHARE;
    const tookMs = isSlow ? 500 + 1_500 * random() : 10 + 30 * random() ** 2;
    return watch.serve(signal, () => clock.sleep(tookMs, signal));
  };
}
