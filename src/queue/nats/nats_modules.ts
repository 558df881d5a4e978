import { ConfigurationError } from "../../errors/configuration_error.ts";
import { npmPackage } from "../../runtime/npm_package.ts";
import type { NatsClient, NatsManager } from "./nats_client.ts";
import { NATS_TASK } from "./nats_config.ts";

/** The version that the engine is tested with. */
const NATS_VERSION = "3.4.0";

const TRANSPORT = "@nats-io/transport-node";
const JETSTREAM = "@nats-io/jetstream";

interface TransportModule {
  connect(options: Readonly<Record<string, unknown>>): Promise<NatsClient>;
}

interface JetStreamModule {
  jetstreamManager(client: NatsClient, options: { readonly checkAPI: boolean }): Promise<NatsManager>;
}

/**
 * The part of the client that connects.
 *
 * @returns The module.
 * @throws {ConfigurationError} If the package is not installed.
 */
export async function loadTransport(): Promise<TransportModule> {
  try {
    return await import(npmPackage(TRANSPORT, NATS_VERSION));
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
