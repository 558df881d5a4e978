import { countText, figureText } from "../figure_text.ts";
import { markdownTable } from "../markdown.ts";
import { fullTable } from "../report.ts";
import type { BenchResult, RowResult } from "../result.ts";

/** The row that tells what an item costs its caller, over this broker. */
const callerRow = (broker: string) => `10 000 tiny items over ${broker}, processor of the caller`;

const BROKERS = ["nats", "redis"] as const;
const WORKER_COUNTS = [10, 100, 1_000] as const;
const SLOTS = 50;

/**
 * What items over brokers and shared rates cost, and what follows from it for more workers than were tried.
 *
 * @param result What was measured.
 * @returns The text, in Markdown.
 */
export function scaleText({ day, machine, isQuick, sections }: BenchResult): string {
  const rows = sections.flatMap((section) => section.rows);
  const callers = BROKERS.map((broker) => rows.find(({ name }) => name === callerRow(broker)));
  const [nats, redis] = callers;
  // A few rounds are no figures to show to everybody.
  if (isQuick || nats === undefined || redis === undefined) {
    return "The figures are written by the next full run, `deno task bench --write`.";
  }
  const measured = sections.find((section) => section.rows.includes(nats))!.rows;
  const lines = [`Measured on ${day}`, machine, "All processes and both brokers ran side by side on it"];
  const intro = lines.map((line) => `- ${line}`).join("\n");
  const then = `With workers of ${SLOTS} slots, from the processor time of the caller above:`;
  return [intro, fullTable(measured), then, followingTable(nats, redis)].join("\n\n");
}

/** From how long items on one caller keeps so many workers busy: in that time it sends one to each slot. */
function followingTable(nats: RowResult, redis: RowResult): string {
  const costs = [nats, redis].map(({ timings }) => timings[0].figure.median);
  const lines = WORKER_COUNTS.map((workers) => {
    const slots = workers * SLOTS;
    const times = costs.map((cost) => figureText(cost * slots, "µs"));
    return [countText(workers), countText(slots), ...times];
  });
  const most = costs.map((cost) => figureText(1e6 / cost, "/s"));
  const head = ["workers", "slots", "one caller over NATS: items of at least", "over Redis: items of at least"];
  return markdownTable(head, [...lines, ["any", "any", `at most ${most[0]}`, `at most ${most[1]}`]]);
}
