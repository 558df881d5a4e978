import { errorText } from "../../errors/error_label.ts";
import { isOperoError, type OperoError } from "../../errors/opero_error.ts";

/**
 * A Redis command failed. The text names the command and a code, never what was sent or answered: an answer may
 * repeat a key, a value or a user name. For the same reason there is no `cause`. Where Deno lacks a permission, its own
 * text says which.
 *
 * @example
 * ```ts
 * import { redisCache, RedisError } from "@opero/core/redis";
 * import { assertRejects } from "@std/assert";
 *
 * const cache = redisCache({ url: "redis://localhost:1" });
 * await assertRejects(async () => await cache.get("key"), RedisError, "Redis command CONNECT failed with ECONNREFUSED");
 * await cache.close?.();
 * ```
 */
export class RedisError extends Error {
  /** The first word of the server's answer, as `"NOAUTH"`, the system's code, as `"ECONNREFUSED"`, or the kind of error. */
  readonly code: string;
  /** The name of the command that failed; `"CONNECT"` where it was not sent, as there is no connection. */
  readonly command: string;

  /**
   * The error for a `command` that ended with `code`, and a `reason`, or what to do, where that may be shown.
   *
   * @param command The name of the command.
   * @param code How it ended.
   * @param reason What else may be said.
   */
  constructor(command: string, code: string, reason?: string) {
    super(`Redis command ${command} failed with ${code}${reason === undefined ? "" : `: ${reason}`}`);
    this.name = "RedisError";
    this.code = code;
    this.command = command;
  }
}

/**
 * The error of a client, stripped of all but its code; an error of the library's own as it is.
 *
 * @param command The name of the command that failed.
 * @param error What was thrown, of any type.
 * @returns The error to throw.
 */
export function toRedisError(command: string, error: unknown): RedisError | OperoError {
  if (error instanceof RedisError || isOperoError(error)) return error;
  const code = codeOf(error);
  if (CLUSTER_CODES.has(code)) return new RedisError(command, code, WHOLE_CLUSTER);
  return new RedisError(command, code, PERMISSION_CODES.has(code) ? errorText(error) : undefined);
}

/** How a server of a cluster says that another one has the keys. */
const CLUSTER_CODES: ReadonlySet<string> = new Set(["MOVED", "ASK", "CROSSSLOT"]);
const WHOLE_CLUSTER = "the server is one of a cluster: pass a client of the whole cluster as 'client'";

/**
 * How a server says that it is not, or not yet, the one to ask: a replica, one that loads its data, that lost its master,
 * its cluster or its replicas, or that wants another sign-in. A new connection may reach another server by the same name.
 * `OOM` and `MISCONF` are none: the right server says so, too, and still answers reads.
 */
const REFUSALS_OF_SERVER: ReadonlySet<string> = new Set([
  "READONLY",
  "LOADING",
  "MASTERDOWN",
  "CLUSTERDOWN",
  "NOREPLICAS",
  "NOAUTH",
]);

/**
 * Whether `error` says that this server will not do, whatever the command was.
 *
 * @param error What was thrown, of any type.
 * @returns `true` if no other command would succeed either.
 */
export function isRefusalOfServer(error: unknown): boolean {
  return REFUSALS_OF_SERVER.has(codeOf(error));
}

/** What Deno calls an error whose text names nothing but a place and a permission. */
const PERMISSION_CODES: ReadonlySet<string> = new Set(["NotCapable", "PermissionDenied"]);

/** Codes only: a text that merely looks like one may be part of a value. */
const SERVER_CODE = /^-?([A-Z]{2,24})(?= |$)/;
const SYSTEM_CODE = /^[A-Z][A-Z0-9_]{1,48}$/;

/** What a server says whose user may not do something that a script does: it has no code of its own. */
const DENIED_IN_SCRIPT = /^-?ERR The user executing the script can't /;

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "UNKNOWN";
  const { code } = error as { code?: unknown };
  if (typeof code === "string" && SYSTEM_CODE.test(code)) return code;
  if (DENIED_IN_SCRIPT.test(error.message)) return "NOPERM";
  return SERVER_CODE.exec(error.message)?.[1] ?? (error.constructor.name || "UNKNOWN");
}
