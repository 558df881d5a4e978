import { readField } from "../../errors/read_field.ts";
import { quoted } from "../../errors/printable.ts";
import { isOperoError } from "../../errors/opero_error.ts";
import { errorLabel } from "../../errors/error_label.ts";
import type { CacheOperation } from "./backend_health.ts";

/** The names or codes of the runtimes' errors whose text names nothing but a place and a permission. */
const PERMISSION_MARKS = new Set(["NotCapable", "PermissionDenied", "ERR_ACCESS_DENIED"]);

/** What the text of an error of the file system begins with, before it comes to a path. */
const SYSTEM_TEXT = /^E[A-Z]+: [a-z ,-]+?(?=, [a-z]+(?: '|$)|$)/;

/** A code that a connection or a file system gives. */
const SYSTEM_CODE = /^E[A-Z]+$/;

const UNUSABLE: Readonly<Record<CacheOperation, string>> = {
  get: "cannot be read",
  set: "cannot be written to",
  delete: "cannot delete",
  clear: "cannot be cleared",
  lock: "cannot be locked",
};

/**
 * What an error of a backend says, as far as it may be shown: the library's own text, and the runtime's where that is
 * known to hold no secret. Of all others, whose text may hold a password, a key or a value, only the kind.
 *
 * @param error What was thrown, of any type.
 * @returns The text, or the kind of the error.
 */
export function troubleText(error: unknown): string {
  if (isOperoError(error)) return error.message;
  if (!(error instanceof Error)) return errorLabel(error);
  const { name, message } = error;
  if (lacksPermission(error)) return `${name}: ${message}`;
  const text = SYSTEM_TEXT.exec(message)?.[0];
  return text === undefined ? errorLabel(error) : `${name}: ${text}`;
}

/**
 * What to say, once, of a backend that has never done what it is there for.
 *
 * @param backend The name of the backend.
 * @param operation The operation that failed.
 * @param error What was thrown, of any type.
 * @param functionName The name of the function, for messages.
 * @returns The message.
 */
export function uselessText(backend: string, operation: CacheOperation, error: unknown, functionName: string): string {
  const reason = troubleText(error).replace(/\.$/, "");
  const [loss, part] = operation === "lock"
    ? ["no run is shared between processes", "lock"]
    : ["nothing is cached", "cache"];
  return `${loss} for ${quoted(functionName)} as its cache backend ${quoted(backend)} ` +
    `${UNUSABLE[operation]}: ${reason}. ${
      remedyOf(error)
    }, or choose another 'cacheBackend'; calls continue without a ${part}`;
}

function remedyOf(error: unknown): string {
  const code = readField(error, "code");
  if (lacksPermission(error) || ["EACCES", "EPERM", "EROFS"].includes(String(code))) {
    return "Give the process the permission";
  }
  if (isOperoError(error) && error.name === "ConfigurationError") return "Do as it says";
  if (typeof code === "string" && SYSTEM_CODE.test(code)) {
    return "Make sure that it is there and can be reached, as 'cacheBackendConfig' says";
  }
  return "Look into 'cacheBackendConfig' and into the backend's own log";
}

function lacksPermission(error: unknown): boolean {
  return ["name", "code"].some((field) => PERMISSION_MARKS.has(String(readField(error, field))));
}
