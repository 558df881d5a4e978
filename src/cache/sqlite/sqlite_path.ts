/** Where a database of SQLite lies. */
export interface SqlitePlace {
  /** Its file, or `undefined` where it is in memory alone. */
  readonly file: string | undefined;
  /** Whether it may be made where it is missing. */
  readonly isMade: boolean;
}

/**
 * Reads `path` as SQLite does: a path, `":memory:"`, or a URI that begins with `file:`.
 *
 * @param path The path or the URI.
 * @returns The place of the file, or of a database in memory.
 */
export function sqlitePlaceOf(path: string): SqlitePlace {
  if (!path.startsWith("file:")) return { file: path === ":memory:" ? undefined : path, isMade: true };
  const [name = "", query = ""] = path.slice("file:".length).replace(/#.*$/s, "").split(/\?(.*)/s);
  const file = decoded(name.replace(/^\/\/(?:localhost)?(?=\/)/, ""));
  const parameters = new URLSearchParams(query);
  const mode = parameters.get("mode");
  if (file === "" || file === ":memory:" || mode === "memory") return { file: undefined, isMade: false };
  return { file, isMade: mode !== "ro" && mode !== "rw" && !parameters.has("immutable") };
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
