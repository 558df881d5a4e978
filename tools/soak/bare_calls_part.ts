import { BareRedis } from "./bare_redis.ts";
import { BareSqlite } from "./bare_sqlite.ts";
import {
  answerTo,
  argumentCount,
  AT_ONCE,
  CALLS_A_ROUND,
  FRESH_SECONDS,
  isCancelled,
  STALE_SECONDS,
  workOf,
} from "./call_plan.ts";
import { KilledRedis } from "./killed_redis.ts";
import { Pace } from "./pace.ts";
import type { SoakPart, SoakRates, SoakTally } from "./soak_part.ts";

const LIMIT_MS = 5_000;
const KEY_BYTES = 48;

/** The work of the part `calls`, written by hand: no layers, and the clients of sqlite and redis as they are. */
export async function bareCallsPart(tally: SoakTally, { callsPerSecond }: SoakRates): Promise<SoakPart> {
  const folder = await Deno.makeTempDir({ prefix: "opero-soak-" });
  const server = await KilledRedis.start();
  const redis = server && new BareRedis(server.url);
  const sqlite = new BareSqlite(`${folder}/cache.db`);
  const pace = new Pace(callsPerSecond);
  const keys = Array.from({ length: argumentCount(callsPerSecond) }, keyOf);
  let next = 0;
  let runs = 0;

  async function load(): Promise<void> {
    for (;;) {
      const timer = setTimeout(() => {}, LIMIT_MS);
      try {
        return await workOf(++runs);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 5));
      } finally {
        clearTimeout(timer);
      }
    }
  }

  async function call(): Promise<void> {
    const id = next++ % keys.length;
    const { bytes, text: name } = keys[id]!;
    tally.calls.begun++;
    const controller = new AbortController();
    controller.signal.addEventListener("abort", () => {}, { once: true });
    if (isCancelled(id)) queueMicrotask(() => controller.abort(new Error("aborted by its caller")));
    if (!isFresh(sqlite.get(bytes), id) && !isFresh(await redis?.send("GETRANGE", name, "0", "4194303"), id)) {
      await load();
      const freshUntil = Date.now() + FRESH_SECONDS * 1_000;
      const text = JSON.stringify({ freshUntil, value: answerTo(id) });
      sqlite.set(bytes, freshUntil + STALE_SECONDS * 1_000, text);
      await redis?.send("SET", name, text, "PX", String((FRESH_SECONDS + STALE_SECONDS) * 1_000));
    }
    tally.calls.done++;
  }

  function isFresh(text: unknown, id: number): boolean {
    if (typeof text !== "string" || text === "") return false;
    const { freshUntil, value } = JSON.parse(text) as { freshUntil: number; value: ReturnType<typeof answerTo> };
    if (value.id !== id) tally.wrong.push(`call ${id} was given the value of ${value.id}`);
    return freshUntil > Date.now();
  }

  return {
    async round() {
      if (await server?.killInTime()) tally.faults++;
      for (let begun = 0; begun < CALLS_A_ROUND; begun += AT_ONCE) {
        await pace.turn(AT_ONCE);
        await Promise.all(Array.from({ length: AT_ONCE }, call));
      }
    },
    async close() {
      await redis?.close();
      sqlite.close();
      await server?.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function keyOf(): { bytes: Uint8Array; text: string } {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  return { bytes, text: `bare:${bytes.toHex()}` };
}
