import { ConfigurationError } from "../../errors/configuration_error.ts";
import { npmPackage } from "../../runtime/npm_package.ts";
import type { NatsClient, NatsManager } from "./nats_client.ts";
import { NATS_TASK } from "./nats_config.ts";
import { repairTransport } from "./repair_transport.ts";

/** The version that the engine is tested with. */
const NATS_VERSION = "3.4.0";

const TRANSPORT = "@nats-io/transport-node";
const JETSTREAM = "@nats-io/jetstream";

/** Where in its package the class stands that opens sockets. */
const SOCKETS = "/lib/node_transport.js";

interface TransportModule {
  connect(options: Readonly<Record<string, unknown>>): Promise<NatsClient>;
}

interface JetStreamModule {
  jetstreamManager(client: NatsClient, options: { readonly checkAPI: boolean }): Promise<NatsManager>;
}

/**
 * The part of the client that connects, with its handling of sockets repaired.
 *
 * @returns The module.
 * @throws {ConfigurationError} If the package is not installed.
 */
export async function loadTransport(): Promise<TransportModule> {
  try {
    const transport: TransportModule = await import(npmPackage(TRANSPORT, NATS_VERSION));
    // Another version of the client may have it elsewhere.
    repairTransport((await import(npmPackage(TRANSPORT, NATS_VERSION, SOCKETS)).catch(() => undefined))?.NodeTransport);
    return transport;
  } catch (cause) {
    throw missing(TRANSPORT, `install it (npm install ${TRANSPORT} ${JETSTREAM}), or pass a 'connection'`, cause);
  }
}

/**
 * The part of the client that knows streams.
 *
 * @returns The module.
 * @throws {ConfigurationError} If the package is not installed.
 */
export async function loadJetStream(): Promise<JetStreamModule> {
  try {
    return await import(npmPackage(JETSTREAM, NATS_VERSION));
  } catch (cause) {
    throw missing(JETSTREAM, `install it (npm install ${JETSTREAM})`, cause);
  }
}

function missing(name: string, remedy: string, cause: unknown): ConfigurationError {
  const reason = `the npm package ${name} cannot be loaded`;
  return new ConfigurationError(`Cannot ${NATS_TASK} as ${reason}: ${remedy}`, { cause });
}
