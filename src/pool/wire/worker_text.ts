/** What the text of every worker begins with, and ends with. */
export const WORKER_TEXT_MARK = "/*opero*/";
const END = "opero:worker";

/** How runtimes name the place of code whose text they were given. */
const PLACE = new RegExp(
  `data:text/javascript,${encodeURIComponent(WORKER_TEXT_MARK).replaceAll("*", "\\*")}\\S*?${encodeURIComponent(END)}` +
    "|\\[ext:runtime/web_worker\\.rs[^\\]]*\\]|\\[worker eval\\]|blob:[\\w:/.]*[0-9a-f-]{36}",
  "g",
);

/**
 * `text`, a message or a stack, without the address that its worker was started from, which may be its whole code.
 *
 * @param text The stack or message of an error from a worker.
 * @returns The text without the address.
 */
export function withoutWorkerText(text: string): string {
  return /:\/|\[|blob:/.test(text) || text.includes("data:")
    ? text.replace(PLACE, END).replaceAll("/[ext:runtime/", "/")
    : text;
}
