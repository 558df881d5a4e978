import {
  nonEmptyString,
  numberThat,
  type OptionRule,
  type OptionRules,
  plainObject,
  validateOptions,
  wrongOption,
} from "../../options/validate.ts";
import type { NatsClient } from "./nats_client.ts";

/** What `natsEngine` takes: where the servers are, or a connection to them. */
export interface NatsEngineConfig {
  /**
   * The servers, as `"nats://queue:4222"`; a cluster by some of its servers. A user and a password, or a token, may stand
   * before the name, as in a URL.
   * @default "nats://127.0.0.1:4222"
   */
  readonly servers?: string | readonly string[] | undefined;
  /**
   * Further options of the client's `connect()`, such as `user`, `pass`, `token`, `authenticator`, `tls` and `inboxPrefix`,
   * as the client takes them. None of them is in a message or a log line.
   */
  readonly connect?: Readonly<Record<string, unknown>> | undefined;
  /**
   * A connection of any transport, in place of `servers` and `connect`. It is left open, and how it connects again is its
   * own matter: with `maxReconnectAttempts: -1` it never gives up.
   */
  readonly connection?: NatsClient | undefined;
  /**
   * What the names of streams and subjects begin with: letters, digits, `_` and `-`. Callers and workers need the same.
   * @default "opero"
   */
  readonly prefix?: string | undefined;
  /**
   * How many servers of a cluster keep each frame. It says how streams are made, and changes none that is there.
   * @default 1
   */
  readonly replicas?: number | undefined;
}

/** What the messages say cannot be done. */
export const NATS_TASK = "open the NATS engine";

const DEFAULT_SERVER = "nats://127.0.0.1:4222";
const SCHEME = /^(nats|tls|natss|wss?):\/\//i;

const serversRule: OptionRule = {
  desired: "a URL of the form nats://user:password@host:port, or a list of them",
  accepts: (value) => [value].flat().length > 0 && [value].flat().every((each) => urlOf(each) !== undefined),
  isPrivate: true,
};

const RULES: OptionRules = {
  servers: serversRule,
  connect: { ...plainObject, isPrivate: true },
  connection: plainObject,
  prefix: {
    desired: "1 to 32 letters, digits, '_' or '-'",
    accepts: (value) => nonEmptyString.accepts(value) && /^[\w-]{1,32}$/.test(String(value)),
  },
  replicas: numberThat("1, 3 or 5", (replicas) => [1, 3, 5].includes(replicas)),
};

/**
 * Checks the options, alone and together.
 *
 * @param config The options of the engine.
 * @throws {ConfigurationError} If one is wrong, or does not go with another.
 */
export function validateNatsConfig(config: NatsEngineConfig): void {
  validateOptions(NATS_TASK, config, RULES);
  if (config.connection === undefined) return;
  for (const option of ["servers", "connect"] as const) {
    if (config[option] === undefined) continue;
    const desired = "left out where 'connection' is given";
    throw wrongOption(NATS_TASK, option, { desired, isPrivate: true }, config[option]);
  }
}

/**
 * Where the servers are and how to sign in, as the client's `connect()` takes it: it reads no credentials in URLs.
 *
 * @param config The options, checked.
 * @returns Options of `connect()`.
 */
export function natsAddress(config: NatsEngineConfig): Record<string, unknown> {
  const urls = [config.servers ?? DEFAULT_SERVER].flat().map((server) => urlOf(server)!);
  const servers = urls.map(({ host, scheme }) => `${scheme}${host}`);
  const [user, pass] = urls.map(({ credentials }) => credentials).find((each) => each.length > 0) ?? [];
  const signIn = user === undefined ? {} : pass === undefined ? { token: user } : { user, pass };
  return { servers, ...signIn, ...config.connect };
}

interface ServerUrl {
  readonly scheme: string;
  readonly host: string;
  readonly credentials: readonly string[];
}

/** `undefined` for what names no server; the runtime's own error would repeat the password. */
function urlOf(server: unknown): ServerUrl | undefined {
  if (typeof server !== "string") return undefined;
  const scheme = SCHEME.exec(server)?.[0] ?? "";
  const url = URL.parse(`http://${server.slice(scheme.length)}`);
  if (url === null || url.host === "" || url.pathname !== "/" || url.search !== "" || url.hash !== "") return undefined;
  try {
    const credentials = [url.username, url.password].filter((each) => each !== "").map(decodeURIComponent);
    // The default port of that scheme is left out by the parser.
    const port = url.port === "" && /:80$/.test(server) ? ":80" : "";
    return { scheme: scheme.toLowerCase(), host: url.host + port, credentials };
  } catch {
    return undefined;
  }
}
