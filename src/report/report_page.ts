import { drawTable } from "./figure.ts";
import { drawHeadline, outcomeOf } from "./headline.ts";
import { drawAttempts, drawErrors, drawSlowest, drawWorkers } from "./item_sections.ts";
import { drawLatency } from "./latency_figure.ts";
import { Markup, markup } from "./markup.ts";
import { PAGE_STYLE } from "./page_style.ts";
import { drawInFlight, drawThroughput } from "./timeline_figures.ts";
import { MAX_ATTEMPTS, type RunAbout, type RunReport } from "../run_stats/run_report.ts";

/** Nothing is loaded from anywhere, whatever the page holds. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/**
 * The page of a run: one HTML file that needs no script and no network.
 *
 * @param report How the items of the run came out.
 * @returns The text of the file.
 *
 * @example
 * ```ts
 * import { opmap } from "@opero/core";
 * import { reportPage } from "@opero/core/cli";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const run = opmap((n: number) => n * 2, { progress: false }).run([1, 2, 3]);
 * await run;
 * assertStringIncludes(reportPage(run.report()), "<!DOCTYPE html>");
 * ```
 */
export function reportPage(report: RunReport): string {
  const { about, totals, timeline, latency, attempts, errors, slowest, workers } = report;
  const body = markup`<main>${drawHeadline(report)}${drawResume(about)}${drawThroughput(timeline)}${
    drawInFlight(timeline)
  }${drawLatency(latency)}${drawAttempts(attempts, attempts.length >= MAX_ATTEMPTS)}${
    drawErrors(errors, timeline.bins[0]?.atMs ?? 0)
  }${drawSlowest(slowest)}${drawWorkers(workers)}${
    drawConditions(about)
  }<footer>Made by @opero/core. This file is complete: it loads nothing.</footer></main>`;
  const head =
    markup`<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta http-equiv="Content-Security-Policy" content="${new Markup(
      POLICY,
    )}"><meta name="color-scheme" content="light dark"><meta name="robots" content="noindex"><title>${about.task}: ${
      outcomeOf(totals)
    }</title><link rel="icon" href="data:,"><style>${new Markup(PAGE_STYLE)}</style></head>`;
  return `${markup`<!DOCTYPE html>\n<html lang="en">${head}<body>${body}</body></html>\n`.text}`;
}

function drawResume({ resume }: RunAbout): Markup | undefined {
  if (resume === undefined) return undefined;
  return markup`<section><h2>To continue</h2><p>This command runs what has no result yet.</p><pre tabindex="0"><code>${resume}</code></pre></section>`;
}

/** What it ran with. */
function drawConditions({ options = {}, machine }: RunAbout): Markup | undefined {
  const rows: [string, string][] = Object.entries(options);
  if (machine !== undefined) rows.unshift(["runtime", machine.runtime]);
  if (machine?.cpus !== undefined) rows.splice(1, 0, ["processors", String(machine.cpus)]);
  if (rows.length === 0) return undefined;
  return markup`<section><h2>How it ran</h2>${
    drawTable({ caption: "Options and machine", head: ["option", "value"], rows })
  }</section>`;
}
