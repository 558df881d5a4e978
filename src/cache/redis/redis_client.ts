import { wrongOption } from "../../options/validate.ts";
import type { RedisCommand, RedisPort } from "./redis_port.ts";

/** A connected client: of node-redis (`createClient`, `createClientPool`, `createCluster`), ioredis or deno.land/x/redis. */
export type RedisClient = NodeRedisClient | NodeRedisCluster | IoRedisClient | DenoRedisClient;

/** A client of node-redis. */
export interface NodeRedisClient {
  /** Whether it is connected, or is about to be. */
  readonly isOpen: boolean;
  /**
   * Sends a command and its arguments.
   *
   * @param args The command and its arguments.
   * @returns The answer of the server.
   */
  sendCommand(args: string[]): Promise<unknown>;
}

/** A cluster client of node-redis. */
export interface NodeRedisCluster {
  /** The servers that hold keys. */
  readonly masters: readonly unknown[];
  /**
   * Sends a command and its arguments to the server that holds `firstKey`.
   *
   * @param firstKey The key that says which node is asked.
   * @param isReadonly Whether a replica may answer.
   * @param args The command and its arguments.
   * @returns The answer of that server.
   */
  sendCommand(firstKey: string | undefined, isReadonly: boolean | undefined, args: string[]): Promise<unknown>;
  /**
   * The client of one of the `masters`.
   *
   * @param node The node.
   * @returns The client, or a promise of it.
   */
  // deno-lint-ignore no-explicit-any -- the package's type of a server is its own
  nodeClient(node: any): unknown;
}

/** A client of ioredis, for one server or a cluster. */
export interface IoRedisClient {
  /**
   * Sends a command and its arguments.
   *
   * @param command The name of the command.
   * @param args Its arguments.
   * @returns The answer of the server.
   */
  call(command: string, ...args: string[]): Promise<unknown>;
}

/** A client of deno.land/x/redis. */
export interface DenoRedisClient {
  /** Whether it is connected. */
  readonly isConnected: boolean;
  /**
   * Sends a command and its arguments.
   *
   * @param command The name of the command.
   * @param args Its arguments.
   * @returns The answer of the server.
   */
  sendCommand(command: string, args?: string[]): Promise<unknown>;
}

/** The commands that a replica may answer. */
const READS: ReadonlySet<string> = new Set(["GET", "GETRANGE", "STRLEN"]);

interface IoRedisParts {
  readonly options?: { readonly keyPrefix?: string };
  readonly nodes?: (role: "master") => IoRedisClient[];
}

/**
 * The client that was passed in, as the backend needs it. It stays open.
 *
 * @param client A client of `npm:redis`, ioredis or `deno.land/x/redis`.
 * @param task What fails if the option is wrong, for the message, as in `wrap "fetchUser"`.
 * @returns The client as the backend uses it.
 * @throws {ConfigurationError} If it is none of the clients known.
 */
export function adoptRedisClient(client: unknown, task: string): RedisPort {
  if (has<IoRedisClient & IoRedisParts>(client, "call")) return adoptIoRedis(client);
  if (has<NodeRedisCluster>(client, "sendCommand") && has(client, "nodeClient")) return adoptCluster(client);
  const send = commandOf(client);
  if (send !== undefined) return portOf(send);
  const desired = "a connected client of node-redis (npm:redis), ioredis or deno.land/x/redis";
  throw wrongOption(task, "client", { desired, isPrivate: true }, client);
}

function commandOf(client: unknown): RedisCommand | undefined {
  if (has<NodeRedisClient>(client, "sendCommand") && "isOpen" in client) {
    return (command, ...args) => client.sendCommand([command, ...args]);
  }
  if (has<DenoRedisClient>(client, "sendCommand") && "isConnected" in client) {
    return (command, ...args) => client.sendCommand(command, args);
  }
  return undefined;
}

function adoptIoRedis(client: IoRedisClient & IoRedisParts): RedisPort {
  const send = callOf(client);
  const nodes = () => Promise.resolve(client.nodes === undefined ? [send] : client.nodes("master").map(callOf));
  return {
    ...portOf(send),
    nodes,
    clientKeyPrefix: client.options?.keyPrefix ?? "",
    isOneServer: client.nodes === undefined,
  };
}

function callOf(client: IoRedisClient): RedisCommand {
  return (command, ...args) => client.call(command, ...args);
}

function adoptCluster(cluster: NodeRedisCluster): RedisPort {
  const send: RedisCommand = (command, ...args) => cluster.sendCommand(args[0], READS.has(command), [command, ...args]);
  const nodeOf = async (node: unknown) => commandOf(await cluster.nodeClient(node))!;
  const sendFor: RedisPort["sendFor"] = (key, ...command) => cluster.sendCommand(key, false, command);
  return { ...portOf(send), sendFor, isOneServer: false, nodes: () => Promise.all(cluster.masters.map(nodeOf)) };
}

function portOf(send: RedisCommand): RedisPort {
  const sendFor: RedisPort["sendFor"] = (_key, ...command) => send(...command);
  return {
    send,
    sendFor,
    clientKeyPrefix: "",
    isOneServer: true,
    nodes: () => Promise.resolve([send]),
    close: () => {},
  };
}

/** Whether `client` has the method that tells those of the type `Client` from others. */
function has<Client>(client: unknown, method: keyof Client): client is Client {
  return typeof client === "object" && client !== null && typeof Reflect.get(client, method) === "function";
}
