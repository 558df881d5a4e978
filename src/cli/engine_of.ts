import type { Engine } from "../queue/engine.ts";
import { redisEngine } from "../queue/redis/redis_engine.ts";
import type { HostProcess } from "../runtime/host_process.ts";
import { UsageError } from "./usage_error.ts";

const NATS = /^(?:nats|tls):\/\//i;
const REDIS = /^rediss?:\/\//i;

/** What says where the broker is where no flag does. */
const VARIABLES = ["OPERO_NATS", "OPERO_REDIS"] as const;

/**
 * The engine that `--engine` names, or the environment. It connects when it is first used.
 *
 * @param given The flag: the address of a NATS server, or several with commas between, or of a Redis server.
 * @param host The process, whose environment is read where there is no flag.
 * @returns The engine.
 * @throws {UsageError} If there is no address, or it is none; what it holds is not repeated, as a password may stand in it.
 */
export async function engineOf(given: string | undefined, host: HostProcess): Promise<Engine> {
  if (given !== undefined) return await engineAt(given, "--engine");
  // The environment is read where it is needed alone: on Deno that takes a permission.
  const found = VARIABLES.map((name) => [name, host.variable(name)] as const).filter(([, value]) => value);
  const [first, second] = found;
  if (second !== undefined) throw new UsageError(`${VARIABLES.join(" and ")} are both set: name one with --engine`);
  if (first?.[1] !== undefined) return await engineAt(first[1], first[0]);
  throw new UsageError(
    `--engine is needed: where the broker is, as in --engine nats://queue:4222; or set ${VARIABLES.join(" or ")}`,
  );
}

async function engineAt(text: string, source: string): Promise<Engine> {
  const addresses = text.split(",");
  try {
    if (addresses.every((each) => NATS.test(each))) {
      const { natsEngine } = await import("../queue/nats/nats_engine.ts");
      return natsEngine({ servers: addresses });
    }
    if (REDIS.test(text)) return redisEngine({ url: text });
  } catch (error) {
    throw wrongAddress(source, error);
  }
  throw wrongAddress(source);
}

function wrongAddress(source: string, cause?: unknown): UsageError {
  const desired = "the address of a NATS or Redis server, such as nats://queue:4222 or redis://queue:6379";
  const remedy =
    'for another engine call opmap() with { mode: "cluster", engine } in a script; opero worker serves that map';
  return new UsageError(`${source} must be ${desired}; ${remedy}`, { cause });
}
