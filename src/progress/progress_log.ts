import { writeAbove } from "../runtime/terminal_lines.ts";

/** What stands beside the bars of runs. */
export interface ProgressLog {
  /**
   * Writes `line` to stderr, above the bars of the runs that continue.
   *
   * @param line The line.
   */
  log(line: string): void;
}

/**
 * Writes lines beside a bar: what a program prints by itself while a map runs is drawn over, or breaks the bar.
 *
 * @example
 * ```ts
 * import { opmap, progress } from "@opero/core";
 *
 * const load = opmap(async (id: number) => {
 *   if (id === 2) progress.log("item 2 has no picture");
 *   return await Promise.resolve(id);
 * });
 * await load([1, 2, 3]);
 * ```
 */
export const progress: ProgressLog = Object.freeze({
  log: (line: string) => writeAbove(() => console.error(line)),
});
