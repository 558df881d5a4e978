import { toRedisError } from "./redis_error.ts";
import type { RedisPort } from "./redis_port.ts";

/** A script that a server is asked to run by its digest, and is sent where it does not know it, as after a restart. */
export class RedisScript {
  readonly #text: string;
  #digest: Promise<string> | undefined = undefined;

  /** A script that was not run yet. */
  constructor(text: string) {
    this.#text = text;
  }

  /** Runs it; all `keys` lie on one server. */
  async run(port: RedisPort, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const rest = [String(keys.length), ...keys, ...args];
    try {
      return await port.sendFor(keys[0]!, "EVALSHA", await (this.#digest ??= sha1Hex(this.#text)), ...rest);
    } catch (error) {
      if (toRedisError("EVALSHA", error).message.endsWith("NOSCRIPT")) {
        return await port.sendFor(keys[0]!, "EVAL", this.#text, ...rest);
      }
      throw error;
    }
  }
}

async function sha1Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
