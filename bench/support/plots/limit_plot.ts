import { currentCall } from "@opero/core";
import { linePlot, type PlotLine } from "./line_plot.ts";
import { startTraffic, type Traffic } from "./traffic.ts";

const SECONDS = 180;
const WORK_MS = 200;
/** More callers than the service has room for, each of which calls again at once. */
const CALLERS = 100;
/** From each of these seconds on, the service works on so many requests at once. */
const CAPACITY = [[0, 40], [60, 20], [120, 40]] as const;
/** Others queue there, until it has so many times what it works on; what is over that is refused. */
const MOST = 1.5;

/**
 * Draws how the limit of `concurrency` follows what a service has room for.
 *
 * @returns The SVG.
 */
export async function limitPlot(): Promise<string> {
  return linePlot({
    title: "A limit that adapts to the capacity of a service",
    width: 720,
    height: 380,
    right: 190,
    x: { label: "time (s)", ticks: [0, 30, 60, 90, 120, 150, 180], text: String, scale: Number },
    y: { label: "requests in flight", ticks: [0, 10, 20, 30, 40, 50, 60, 70], text: String, scale: Number },
    lines: [
      { label: "gradient2", points: await limitsOver("gradient2") },
      { label: "aimd", points: await limitsOver("aimd") },
      { label: "capacity", points: stepsOf(1), dashes: "6 4" },
      { label: "capacity and queue", points: stepsOf(MOST), dashes: "2 3" },
    ],
  });
}

/** The capacity over time, so many times. */
function stepsOf(times: number): PlotLine["points"] {
  return CAPACITY.flatMap(([from, room], n) => {
    const to = CAPACITY[n + 1]?.[0] ?? SECONDS;
    return [[from, room * times], [to, room * times]] as const;
  });
}

/** The limit at each second: as callers wait for every slot, it is how many requests are in flight. */
async function limitsOver(algorithm: "gradient2" | "aimd"): Promise<PlotLine["points"]> {
  const traffic = startTraffic();
  const { clock, watch, startMs } = traffic;
  await using instance = traffic.instance;
  const fn = instance.opero(serviceWithRoom(traffic), {
    retries: 0,
    concurrency: { min: 1, max: 200, algorithm },
  });
  for (let n = 0; n < CALLERS; n++) callAgain(fn, () => clock.now() < startMs + SECONDS * 1_000);
  const points: [number, number][] = [];
  for (let second = 0; second <= SECONDS; second++) {
    points.push([second, watch.inFlight]);
    await clock.tick("1s");
  }
  await clock.tick("10s");
  return points;
}

async function callAgain(fn: () => Promise<void>, isOpen: () => boolean): Promise<void> {
  while (isOpen()) await fn().catch(() => {});
}

function serviceWithRoom({ clock, startMs, watch, random }: Traffic): () => Promise<void> {
  return () => {
    const { signal } = currentCall();
    return watch.serve(signal, async () => {
      const second = (clock.now() - startMs) / 1_000;
      const room = CAPACITY.findLast(([from]) => from <= second)![1];
      const load = watch.inFlight / room;
      const isRefused = load > MOST;
      await clock.sleep(WORK_MS * Math.max(1, load) * (0.8 + 0.4 * random()), signal);
      if (isRefused) throw Object.assign(new Error("busy"), { status: 503 });
    });
  };
}
