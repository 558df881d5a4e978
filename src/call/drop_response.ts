import { isOfKind } from "../errors/error_kind.ts";
import { isResponse } from "../errors/http_status.ts";
import { readField } from "../errors/read_field.ts";

/**
 * Releases the connection that `dropped` holds, a `Response` or the error of one that was refused, which will not be
 * read: else it stays open until the garbage collector comes by, and a pool of connections may have none for the next
 * attempt. One that is being read is not touched.
 *
 * @param dropped A result or an error, of any type.
 */
export function dropResponse(dropped: unknown): void {
  const response = isOfKind(dropped, "RESULT") ? readField(dropped, "value") : dropped;
  if (isResponse(response)) cancelBody(response);
}

/**
 * The same, also where `error` is one that a client made of a `Response`, which the next attempt leaves behind.
 *
 * @param error What was thrown, of any type.
 */
export function dropResponseOf(error: unknown): void {
  dropResponse(error);
  const response = readField(error, "response");
  if (isResponse(response)) cancelBody(response);
}

function cancelBody(response: Response): void {
  const body = readField(response, "body") as ReadableStream | NodeBody | null | undefined;
  if (readField(body, "locked") === true) return;
  try {
    if (typeof readField(body, "cancel") === "function") {
      (body as ReadableStream).cancel().catch(() => {});
    } else if (typeof readField(body, "destroy") === "function") {
      // node-fetch gives a stream of Node, whose error would end the process without a listener.
      (body as NodeBody).on("error", () => {});
      (body as NodeBody).destroy();
    }
  } catch {
    // A foreign stream that could not be asked.
  }
}

interface NodeBody {
  on(name: "error", listener: () => void): void;
  destroy(): void;
}
