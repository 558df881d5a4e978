/** The version of the form: a frame of another one is not read. */
const WIRE_VERSION = 1;

/** What a frame says in its first line. */
export interface FrameHead {
  /** What kind of frame it is. */
  readonly kind: "items" | "results" | "cancel";
  /** The run that it belongs to. */
  readonly run: string;
}

/** A frame that was read: its first line, whose fields are unchecked, and one line for each value. */
export interface ReadFrame {
  /** The first line. */
  readonly head: Readonly<Record<string, unknown>> & FrameHead;
  /** The others. */
  readonly lines: readonly string[];
}

const ENCODER = /* @__PURE__ */ new TextEncoder();
const DECODER = /* @__PURE__ */ new TextDecoder();

/**
 * How many bytes `text` takes in a frame.
 *
 * @param text A line.
 * @returns The bytes.
 */
export function bytesOf(text: string): number {
  return ENCODER.encode(text).byteLength;
}

/**
 * A frame: JSON in its first line, and one line for each value, which holds no line break.
 *
 * @param head What the first line says.
 * @param lines The values.
 * @returns The bytes.
 */
export function writeFrame(head: FrameHead, lines: readonly string[] = []): Uint8Array {
  return ENCODER.encode([JSON.stringify({ opero: WIRE_VERSION, ...head }), ...lines].join("\n"));
}

/**
 * Reads what {@link writeFrame} wrote. The bytes may come from anywhere.
 *
 * @param frame The bytes.
 * @returns The frame; `undefined` for one that is damaged, foreign or of another version.
 */
export function readFrame(frame: Uint8Array): ReadFrame | undefined {
  try {
    const [first, ...lines] = DECODER.decode(frame).split("\n");
    const head = JSON.parse(first!);
    const isOurs = head?.opero === WIRE_VERSION && typeof head.kind === "string" && typeof head.run === "string";
    return isOurs ? { head, lines } : undefined;
  } catch {
    return undefined;
  }
}
