import { isRegularFile, readChunks } from "../runtime/file_streams.ts";
import type { HostProcess } from "../runtime/host_process.ts";
import { type ReadItem, readItems } from "./item_reader.ts";
import type { MapFlags } from "./map_flags.ts";
import { sampleItems } from "./sample_items.ts";
import { countLines } from "./text_lines.ts";
import { chunksOf, withPath } from "./with_path.ts";
import { UsageError } from "./usage_error.ts";

/** Where the items of a run come from. */
export interface MapInput {
  /** The items. */
  readonly items: AsyncIterable<ReadItem>;
  /** How many there are; `undefined` where that cannot be known before they were read. */
  readonly count: () => Promise<number | undefined>;
}

const STDIN = "-";

/**
 * Opens the input that the flags name.
 *
 * @param flags What was given.
 * @param host The process, whose stdin is read where no file is named.
 * @returns The input.
 * @throws {UsageError} If there is none: no such file, or a terminal.
 */
export function openInput(flags: MapFlags, host: HostProcess): MapInput {
  const { items: path = STDIN, in: form = "jsonl", offset = 0, limit = Infinity, sample } = flags;
  const isStdin = path === STDIN;
  if (isStdin && host.isInputTerminal && flags.items === undefined) {
    throw new UsageError("there are no items: give them by --items FILE or by stdin; see opero map --help");
  }
  const isFile = !isStdin && withPath("--items", path, () => isRegularFile(path));
  const name = isStdin ? "stdin" : path;
  const options = { name, form, areBadSkipped: flags["skip-bad"] === true, offset, limit };
  const read = readItems(isStdin ? host.input : chunksOf("--items", path, readChunks(path)), options);
  const items = sample === undefined ? read : sampleItems(read, sample);
  const drawn = Math.min(limit, sample ?? Infinity);
  const count = async () =>
    isFile ? Math.min(Math.max(0, await countLines(readChunks(path)) - offset), drawn) : undefined;
  return { items, count };
}
