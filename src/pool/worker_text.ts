/** What the text of every worker begins with. */
export const WORKER_TEXT_MARK = "/*opero*/";

/** How runtimes name the place of code whose text they were given. */
const PLACE = new RegExp(
  `data:text/javascript,${encodeURIComponent(WORKER_TEXT_MARK).replaceAll("*", "\\*")}[^\\s)'"]*` +
    "|\\[ext:runtime/web_worker\\.rs[^\\]]*\\]|\\[worker eval\\]|blob:[0-9a-f-]{36}",
  "g",
);

/** `text`, a message or a stack, without the address that its worker was started from, which may be its whole code. */
export function withoutWorkerText(text: string): string {
  return text.includes(":") || text.includes("[") ? text.replace(PLACE, "opero:worker") : text;
}
