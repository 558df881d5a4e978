import { readText } from "../errors/read_field.ts";

/** A failed `fetch` is a `TypeError`, as a bug is: only the text distinguishes them, runtime by runtime. */
const FAILED_FETCH = new RegExp(
  "^(?:error (sending request|reading a body|decoding response|loading dynamically imported)" + // Deno, Firefox
    "|client error \\(|connection closed before|unexpected end of file|end of file before|connection error" + // Deno
    "|http2 error|request or response body" + // Deno
    "|fetch failed$" + // Node; Deno too, which continues after it where an address is not allowed
    "|Failed to fetch|network error" + // Chromium
    "|NetworkError when|Error in (body|input) stream" + // Firefox
    "|Load failed|The (network|Internet) connection|The request timed out|Could not connect to the" + // Safari
    "|A server with the specified|Importing a module script" + // Safari
    "|Gzip compressed stream ended" + // Cloudflare Workers
    "|Network request (failed|timed out)" + // React Native, polyfills
    "|terminated|other side closed)", // Node, while the body is read
  "i",
);

/**
 * Whether a `TypeError` is a `fetch` that failed, and no bug.
 *
 * @param error A `TypeError`.
 * @returns `true` if its text is that of a failed `fetch`.
 */
export function isFailedFetch(error: unknown): boolean {
  return FAILED_FETCH.test(readText(error, "message") ?? "");
}
