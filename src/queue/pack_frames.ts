import type { ClusterJob } from "./cluster_job.ts";
import { bytesOf } from "./wire/frame_text.ts";
import type { WireItem } from "./wire/items_frame.ts";

/** The most bytes of a frame with several items. */
const MAX_FRAME_BYTES = 262_144;

/** What the first line takes beside the items. */
const HEAD_BYTES = 256;

/** What the fields of an item take in the first line beside its texts. */
const FIELD_BYTES = 96;

/**
 * How many bytes a frame with `item` alone takes at most.
 *
 * @param item The item.
 * @returns The bytes.
 */
export function frameBytesOf({ line, key, correlationId }: WireItem): number {
  return HEAD_BYTES + bytesOf(line) + 3 * (key.length + (correlationId?.length ?? 0)) + FIELD_BYTES;
}

/**
 * Puts jobs into frames, in their order.
 *
 * @param jobs The jobs.
 * @param size The most items of a frame.
 * @param maxBytes The most bytes that the engine takes.
 * @returns The jobs of each frame.
 */
export function packFrames(jobs: readonly ClusterJob[], size: number, maxBytes: number): ClusterJob[][] {
  const limit = Math.min(MAX_FRAME_BYTES, maxBytes);
  const frames: ClusterJob[][] = [];
  let bytes = 0;
  for (const job of jobs) {
    const more = job.bytes - HEAD_BYTES;
    const last = frames.at(-1);
    if (last !== undefined && last.length < size && bytes + more <= limit) {
      last.push(job);
      bytes += more;
    } else {
      frames.push([job]);
      bytes = job.bytes;
    }
  }
  return frames;
}
