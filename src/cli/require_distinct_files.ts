import { printable } from "../errors/printable.ts";
import { isSameFile } from "../runtime/file_streams.ts";
import type { MapFlags } from "./map_flags.ts";
import { UsageError } from "./usage_error.ts";

const FILES = ["items", "journal", "out", "errors", "report"] as const;
/** Files that are written from their begin: what they held is gone. */
const WRITTEN: readonly string[] = ["out", "errors", "report"];

/**
 * Sees to it that no file is both read and written, or written twice.
 *
 * @param flags What was given.
 * @throws {UsageError} If two flags name one file.
 */
export function requireDistinctFiles(flags: MapFlags): void {
  const named = FILES.flatMap((name) =>
    flags[name] === undefined || flags[name] === "-" ? [] : [[name, flags[name]] as const]
  );
  for (const [i, [name, path]] of named.entries()) {
    const other = named.slice(i + 1).find(([, each]) => isSameFile(path, each));
    if (other === undefined || (!WRITTEN.includes(name) && !WRITTEN.includes(other[0]))) continue;
    throw new UsageError(`--${name} and --${other[0]} name one file: ${printable(path)}`);
  }
}
