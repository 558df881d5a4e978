import {
  nonEmptyString,
  type OptionRule,
  type OptionRules,
  validateOptions,
  wrongOption,
} from "../options/validate.ts";
import { LazyModule } from "../runtime/lazy_module.ts";
import { requireFiles } from "../runtime/require_files.ts";
import type { ReportOptions, RunReport } from "../run_stats/run_report.ts";

const HTML: OptionRule = { ...nonEmptyString, desired: "the path of a file" };
const RULES: OptionRules = { html: HTML };
const FIX = "make the page of run.report() by reportPage() of @opero/core/cli";

/** What draws it: of no use to a run that asks for no page. */
const pages = /* @__PURE__ */ new LazyModule(() => import("./report_page.ts"));

/**
 * Writes the page of a run.
 *
 * @param report How the items of the run came out.
 * @param options Where the page goes, as its user gave it.
 * @param task What cannot be done where that is wrong, as in `map "load"`.
 * @returns The report, once the file is written.
 * @throws {ConfigurationError} If an option is wrong, or the runtime has no files.
 * @throws {Error} If the file cannot be written, as the runtime says it.
 */
export async function writePage(report: RunReport, options: ReportOptions, task: string): Promise<RunReport> {
  const writing = `${task} and write its page`;
  validateOptions(writing, options, RULES);
  const { html } = options;
  if (html === undefined) throw wrongOption(writing, "html", HTML, html);
  const fs = requireFiles(writing, FIX);
  const { reportPage } = await pages.load();
  fs.writeFileSync(html, reportPage(report));
  return report;
}
