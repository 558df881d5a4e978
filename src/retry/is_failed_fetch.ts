import { readText } from "../errors/read_field.ts";

/** A failed `fetch` is a `TypeError`, as a bug is: only the text distinguishes them, runtime by runtime. */
const FAILED_FETCH = new RegExp(
  [
    "^error sending request", // Deno
    "^client error \\(", // Deno
    "^(error reading a body from connection|error decoding response body|connection closed before)", // Deno
    "^(unexpected end of file|end of file before message length|connection error|http2 error)", // Deno
    "^request or response body error", // Deno
    "^fetch failed$", // Node; Deno too, which continues after it where an address is not allowed
    "^(Failed to fetch|network error)", // Chromium
    "^(NetworkError when attempting to fetch resource|Error in (body|input) stream)", // Firefox
    "^(Load failed|The network connection was lost|The Internet connection appears to be offline)", // Safari
    "^(The request timed out|Could not connect to the server|A server with the specified hostname)", // Safari
    "^(error loading dynamically imported module|Importing a module script failed)", // a module is fetched, too
    "^Gzip compressed stream ended prematurely", // Cloudflare Workers
    "^Network request (failed|timed out)", // React Native, polyfills
    "^(terminated|other side closed)", // Node, while the body is read
  ].join("|"),
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
