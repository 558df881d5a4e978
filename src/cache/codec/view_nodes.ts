import { SerializationError } from "../../errors/serialization_error.ts";
import { describeKind } from "../../options/describe_value.ts";
import { toBase64 } from "./base64.ts";
import { type GraphNode, type Slot, TAGS } from "./graph_format.ts";

/** A view that is written once it is known what other views and whether its buffer are in the value, too. */
interface PendingView {
  readonly view: ArrayBufferView;
  readonly name: string;
  /** Where its node belongs. */
  readonly place: number;
}

/** Views of one buffer that overlap, and so have to share one again. */
interface Cluster {
  readonly start: number;
  end: number;
  readonly views: PendingView[];
}

/** Offsets of items are multiples of their size, which is a divisor of this. */
const ALIGNMENT = 8;

/**
 * Writes views as what they show, and none of what lies around that in their buffer: it is often a pool that holds the
 * data of others. Views that overlap share a buffer again, as long as what they show together. Where the buffer itself is in the value,
 * all of it is shown.
 */
export class ViewNodes {
  readonly #pending: PendingView[] = [];

  /** Records `view`, of the class `name`, whose node belongs at `place`. */
  add(view: ArrayBufferView, name: string, place: number): void {
    requireOwn(view.buffer);
    this.#pending.push({ view, name, place });
  }

  /** Puts all nodes in `written`, those of new buffers at its end. `slotOf` tells where a buffer of the value itself is. */
  finish(written: unknown[], slotOf: (buffer: ArrayBufferLike) => Slot | undefined): void {
    for (const [buffer, views] of byBuffer(this.#pending)) {
      const slot = slotOf(buffer);
      if (slot === undefined) { for (const cluster of clustersOf(views)) this.#writeCluster(written, buffer, cluster); }
      else for (const pending of views) written[pending.place] = viewNode(pending, slot, pending.view.byteOffset);
    }
  }

  #writeCluster(written: unknown[], buffer: ArrayBufferLike, { start, end, views }: Cluster): void {
    // A lone view begins where its buffer does; several keep their distances, so that zeros may have to stand before them.
    const padding = views.length === 1 ? 0 : start % ALIGNMENT;
    const bytes = new Uint8Array(padding + end - start);
    bytes.set(new Uint8Array(buffer, start, end - start), padding);
    const place = written.push([TAGS.buffer, toBase64(bytes)] satisfies GraphNode) - 1;
    for (const pending of views) {
      written[pending.place] = viewNode(pending, [place], pending.view.byteOffset - start + padding);
    }
  }
}

/**
 * Lets no buffer pass that would come back as another: one that was given away has nothing left, one that can grow
 * would be unable to.
 *
 * @param buffer The buffer of a value to keep.
 * @throws {SerializationError} If it is such a buffer, or one that threads share.
 */
export function requireOwn(buffer: ArrayBufferLike): void {
  const kind = !(buffer instanceof ArrayBuffer)
    ? describeKind(buffer)
    : buffer.detached
    ? "a detached buffer"
    : buffer.resizable
    ? "a resizable buffer"
    : undefined;
  if (kind !== undefined) throw new SerializationError(`Cannot keep the value as it holds ${kind}`);
}

function byBuffer(pending: readonly PendingView[]): Map<ArrayBufferLike, PendingView[]> {
  const found = new Map<ArrayBufferLike, PendingView[]>();
  for (const each of pending) {
    const views = found.get(each.view.buffer);
    if (views === undefined) found.set(each.view.buffer, [each]);
    else views.push(each);
  }
  return found;
}

function clustersOf(views: readonly PendingView[]): Cluster[] {
  const clusters: Cluster[] = [];
  for (const pending of views.toSorted((one, other) => one.view.byteOffset - other.view.byteOffset)) {
    const { byteOffset: start, byteLength } = pending.view;
    const last = clusters.at(-1);
    if (last === undefined || start >= last.end) clusters.push({ start, end: start + byteLength, views: [pending] });
    else {
      last.end = Math.max(last.end, start + byteLength);
      last.views.push(pending);
    }
  }
  return clusters;
}

function viewNode({ view, name }: PendingView, slot: Slot, byteOffset: number): GraphNode {
  const length = view instanceof DataView ? view.byteLength : (view as Uint8Array).length;
  return [TAGS.view, name, slot, byteOffset, length];
}
