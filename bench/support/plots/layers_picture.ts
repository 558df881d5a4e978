import { POLICIES } from "../../../src/engine/policies.ts";
import type { LayerPlace } from "../../../src/policy/policy.ts";

const WIDTH = 760;
const STEP = 30;
const INSET = 12;
const TOP = 46;
const MIDDLE = 44;
const GROUPS = ["#0072b2", "#d55e00", "#009e73"] as const;

/** What a box says: the option, a few words, and the group of its colour: around the call, its rounds, each attempt. */
const WORDS: Readonly<Record<LayerPlace, readonly [words: string, group: 0 | 1 | 2]>> = {
  signal: ["the caller aborts", 0],
  reraise: ["the last error itself comes out", 0],
  fallback: ["a value in place of an error", 0],
  cache: ["a hit ends the call here", 0],
  deadline: ["limits all within, waits included", 0],
  retry: ["rounds, with backoff between them", 1],
  argFallback: ["in each round, one attempt per value", 1],
  circuitBreaker: ["no attempt while too many fail", 2],
  hedge: ["another attempt beside a slow one", 2],
  concurrency: ["a slot for each attempt", 2],
  rateLimit: ["a token for each attempt", 2],
  failOn: ["a value that is a failure", 2],
  timeout: ["limits the attempt", 2],
  interrupt: ["an abort or the deadline ends it", 2],
};

const STYLE = `text { font: 13px system-ui, sans-serif; fill: #1f2328 } .title { font-size: 16px; font-weight: 600 }
    .name { font: 600 13px ui-monospace, monospace } .back { fill: #ffffff } .box { fill-opacity: 0.07; stroke-width: 1.5 }
    @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .back { fill: #0d1117 } .box { fill-opacity: 0.16 } }`;

/**
 * Draws the layers as boxes within each other, in the order in which the code composes them.
 *
 * @returns The SVG.
 */
export function layersPicture(): Promise<string> {
  const names = POLICIES.map(({ name }) => name);
  const height = TOP + names.length * (STEP + INSET / 2) + MIDDLE + 30;
  const boxes = names.map((name, depth) => box(name, depth, height));
  const centre = TOP + names.length * STEP + MIDDLE / 2 + 4;
  return Promise.resolve(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" role="img">
  <title>The layers of a call, the outermost first</title>
  <style>${STYLE}</style>
  <rect class="back" width="${WIDTH}" height="${height}"/>
  <text class="title" x="20" y="26">The layers of a call, the outermost first</text>
  ${boxes.join("\n  ")}
  <text class="name" x="${WIDTH / 2}" y="${centre}" text-anchor="middle">your function</text>
</svg>
`,
  );
}

function box(name: LayerPlace, depth: number, height: number): string {
  const [words, group] = WORDS[name];
  const [x, y] = [20 + depth * INSET, TOP + depth * STEP];
  const [width, inner] = [WIDTH - 2 * x, height - 16 - depth * INSET / 2 - y];
  const colour = GROUPS[group];
  const place = `x="${x}" y="${y}" width="${width}" height="${inner}" rx="8"`;
  const right = x + width - 12;
  return `<rect class="box" ${place} fill="${colour}" stroke="${colour}"/>` +
    `<text class="name" x="${x + 12}" y="${y + 20}">${name}</text>` +
    `<text x="${right}" y="${y + 20}" text-anchor="end">${words}</text>`;
}
