import { RedisError, toRedisError } from "../../cache/redis/redis_error.ts";
import type { RedisPort } from "../../cache/redis/redis_port.ts";
import { redisRemedy } from "./redis_remedy.ts";

/**
 * A port whose errors say what to do.
 *
 * @param port The port.
 * @param place Where the server is, without the user and the password.
 * @returns A port that does the same.
 */
export function explainedPort(port: RedisPort, place: string): RedisPort {
  const explain = (command: string) => (error: unknown): never => {
    const known = toRedisError(command, error);
    const remedy = known instanceof RedisError ? redisRemedy(known.code, place) : undefined;
    throw known instanceof RedisError && remedy !== undefined
      ? new RedisError(known.command, known.code, remedy)
      : known;
  };
  return {
    send: (command, ...args) => port.send(command, ...args).catch(explain(command)),
    sendFor: (key, command, ...args) => port.sendFor(key, command, ...args).catch(explain(command)),
    clientKeyPrefix: port.clientKeyPrefix,
    isOneServer: port.isOneServer,
    nodes: () => port.nodes(),
    close: () => port.close(),
  };
}
