import { className } from "../errors/read_field.ts";
import { hidden } from "../options/hidden_value.ts";

/** What a backend is opened with that holds nothing private. */
const PLAIN_CONFIG = new Set([
  ...["maxEntries", "maxBytes", "maxEntryBytes", "cacheDir", "path", "url", "host", "port", "keyPrefix"],
  ...["connectTimeout", "replyTimeout"],
]);

/**
 * How `.options` shows a backend: by its name, or by its class where it was passed in.
 *
 * @param value The value.
 * @returns The name, or the object to show.
 */
export function showBackend(value: unknown): unknown {
  return typeof value === "object" ? hidden(className(value!) ?? "object") : value;
}

/**
 * How `.options` shows what a backend is opened with: what may be private is hidden.
 *
 * @param config The options of the backend.
 * @returns The object to show.
 */
export function showConfig(config: unknown): unknown {
  const shown = Object.entries(Object(config)).map(([name, value]) => {
    return [name, PLAIN_CONFIG.has(name) ? showPlain(value) : hidden()];
  });
  return Object.fromEntries(shown);
}

/** What looks like a URL loses its user, its password and its query; what only looks a little like one is hidden. */
function showPlain(value: unknown): unknown {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return hidden();
  if (!/:\/\/|\?|(?<![\\/])@/.test(value)) return value;
  const url = URL.parse(value);
  if (url === null || url.host === "") return hidden();
  const user = url.username === "" && url.password === "" ? "" : `${hidden()}@`;
  return `${url.protocol}//${user}${url.host}${url.pathname}${url.search === "" ? "" : `?${hidden()}`}`;
}
