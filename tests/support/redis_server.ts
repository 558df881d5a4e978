/** Starts Redis servers of its own for tests, from the `redis-server` in PATH. */

/** Whether tests with a server of their own can run. */
export const hasRedisServer: boolean = canRun("redis-server", "--version");

/** Whether tests with TLS can run. */
export const hasOpenssl: boolean = canRun("openssl", "version");

function canRun(command: string, argument: string): boolean {
  try {
    return new Deno.Command(command, { args: [argument], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** Limits that no machine is too slow for, for caches whose own are not looked at. */
export const PATIENT = { connectTimeout: "1m", replyTimeout: "1m" } as const;

/** How long a server may take to start. */
const START_LIMIT_MS = 60_000;

/** How a server is started. */
export interface RedisServerOptions {
  /** Arguments of `redis-server`. */
  readonly args?: readonly string[];
  /** Encrypts with the certificate in this directory, made by {@link makeCertificate}. */
  readonly certificate?: string;
  /** Makes it a server of a cluster, which keeps its state in this directory. */
  readonly clusterDirectory?: string;
}

const PLAIN = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];

/** A server on a free port of this machine, which keeps nothing on disk. */
export class RedisServer {
  readonly port: number;
  /** Where the servers of a cluster talk to this one. */
  readonly busPort: number = freePort();
  readonly #options: RedisServerOptions;
  #process: Deno.ChildProcess;

  private constructor(port: number, options: RedisServerOptions) {
    this.port = port;
    this.#options = options;
    this.#process = this.#spawn();
  }

  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(freePort(), options);
    await server.#untilReady();
    return server;
  }

  get pid(): number {
    return this.#process.pid;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Stops the process where it stands: the system still takes connections for it. */
  pause(): void {
    this.#process.kill("SIGSTOP");
  }

  resume(): void {
    this.#process.kill("SIGCONT");
  }

  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
  }

  /** Starts it again on the same port, empty. */
  async restart(): Promise<void> {
    this.#process = this.#spawn();
    await this.#untilReady();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.kill();
    } catch {
      // It was killed before.
    }
  }

  /** Sends one command over a connection of its own, and answers with the raw reply. */
  async command(text: string): Promise<string> {
    using connection = await Deno.connect({ port: this.port });
    await connection.write(new TextEncoder().encode(`${text}\r\n`));
    const buffer = new Uint8Array(65_536);
    const length = await connection.read(buffer);
    return new TextDecoder().decode(buffer.subarray(0, length ?? 0));
  }

  #spawn(): Deno.ChildProcess {
    const { args = [], certificate, clusterDirectory } = this.#options;
    const port = String(this.port);
    const ports = certificate === undefined
      ? ["--port", port]
      : ["--port", "0", "--tls-port", port, ...certificateArgs(certificate)];
    return new Deno.Command("redis-server", {
      args: [...ports, ...clusterArgs(clusterDirectory, this.busPort), ...PLAIN, ...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  async #untilReady(): Promise<void> {
    const endMs = performance.now() + START_LIMIT_MS;
    while (performance.now() < endMs) {
      if (await this.#isReady()) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error("redis-server did not start");
  }

  async #isReady(): Promise<boolean> {
    try {
      if (this.#options.certificate === undefined) return /PONG|NOAUTH/.test(await this.command("PING"));
      (await Deno.connect({ port: this.port })).close();
      return true;
    } catch {
      return false;
    }
  }
}

/** Makes a certificate for `localhost` that is signed by itself, in a new directory. */
export async function makeCertificate(): Promise<string> {
  const directory = await Deno.makeTempDir();
  const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"];
  const names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const files = ["-keyout", `${directory}/key.pem`, "-out", `${directory}/cert.pem`];
  await new Deno.Command("openssl", { args: [...args, ...names, ...files], stdout: "null", stderr: "null" }).output();
  return directory;
}

function certificateArgs(directory: string): string[] {
  const [key, cert] = [`${directory}/key.pem`, `${directory}/cert.pem`];
  return ["--tls-key-file", key, "--tls-cert-file", cert, "--tls-ca-cert-file", cert, "--tls-auth-clients", "no"];
}

function clusterArgs(directory: string | undefined, busPort: number): string[] {
  if (directory === undefined) return [];
  return [
    "--cluster-enabled",
    "yes",
    "--cluster-port",
    String(busPort),
    "--cluster-announce-ip",
    "127.0.0.1",
    "--dir",
    directory,
  ];
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
