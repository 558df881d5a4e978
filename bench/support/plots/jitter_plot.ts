import { AllFailedError, createOpero, type JitterName, type Logger } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { seededRandom } from "../../../src/testing/seeded_random.ts";
import { linePlot, type PlotLine } from "./line_plot.ts";

const SEED = 20_260_102;
const RETRIES = 16;
const CALLS = 12;
const SILENT: Logger = { debug() {}, info() {}, warning() {}, error() {} };

/** The jitters by their place beside each other, in parts of a retry. */
const PLACES: Readonly<Record<JitterName, number>> = { none: -0.3, full: -0.1, equal: 0.1, decorrelated: 0.3 };

/**
 * Draws the delays before each retry, with the default options and each jitter, as the library waits them.
 *
 * @returns The SVG.
 */
export async function jitterPlot(): Promise<string> {
  const lines: PlotLine[] = [];
  for (const [label, place] of Object.entries(PLACES)) {
    const points = await delaysOf(label as JitterName);
    lines.push({
      label,
      points: points.map(([retry, delay]) => [retry + place, delay] as const),
      hasDots: true,
      hasLine: false,
    });
  }
  return linePlot({
    title: "The delay before each retry, by jitter",
    width: 760,
    height: 400,
    right: 140,
    x: { label: "retry", ticks: [0.5, 2, 4, 6, 8, 10, 12, 14, 16.5], text: retryText, scale: Number },
    y: { label: "delay (s)", ticks: [0.1, 0.3, 1, 3, 10, 30], text: String, scale: Math.log },
    lines,
  });
}

/** The ends of the axis are no retries. */
function retryText(tick: number): string {
  return Number.isInteger(tick) ? String(tick) : "";
}

async function delaysOf(jitter: JitterName): Promise<[retry: number, delay: number][]> {
  const clock = new FakeClock();
  await using instance = createOpero({ clock, random: seededRandom(SEED), logger: SILENT, jitter, retries: RETRIES });
  const delays: [number, number][] = [];
  instance.events.on("retry", ({ retry, delay }) => void delays.push([retry, delay]));
  const fail = instance.opero(() => Promise.reject(new Error("busy")));
  const calls = Array.from({ length: jitter === "none" ? 1 : CALLS }, () => fail().catch(expectAllFailed));
  await clock.tick("1h");
  await Promise.all(calls);
  return delays;
}

function expectAllFailed(error: unknown): void {
  if (!(error instanceof AllFailedError)) throw error;
}
