/** Starts NATS servers of its own for tests, from the `nats-server` in PATH. */

/** Where Debian puts it, which is not in the PATH of every user. */
const PROGRAM = ["nats-server", "/usr/sbin/nats-server"].find(isThere);

/** Whether tests with a server of their own can run. */
export const hasNatsServer: boolean = PROGRAM !== undefined;

function isThere(program: string): boolean {
  try {
    return new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
}

/** How long a server may take to start. */
const START_LIMIT_MS = 60_000;

/** A server with JetStream on a free port of this machine, with a directory of its own. */
export class NatsServer {
  readonly port: number;
  /** Where its streams are kept. */
  readonly directory: string;
  readonly #config: string;
  #process: Deno.ChildProcess;

  private constructor(port: number, directory: string, config: string) {
    this.port = port;
    this.directory = directory;
    this.#config = config;
    this.#process = this.#spawn();
  }

  /** Starts one; `config` holds further lines of its configuration. */
  static async start(config = ""): Promise<NatsServer> {
    const server = new NatsServer(freePort(), await Deno.makeTempDir(), config);
    await server.#untilReady();
    return server;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Stops the process where it stands: the system still takes connections for it. */
  pause(): void {
    this.#process.kill("SIGSTOP");
  }

  resume(): void {
    this.#process.kill("SIGCONT");
  }

  async kill(signal: Deno.Signal = "SIGKILL"): Promise<void> {
    this.#process.kill(signal);
    await this.#process.status;
  }

  /** Starts it again on the same port: with what it kept, or empty. */
  async restart({ isEmpty = false }: { isEmpty?: boolean } = {}): Promise<void> {
    if (isEmpty) await Deno.remove(`${this.directory}/jetstream`, { recursive: true });
    this.#process = this.#spawn();
    await this.#untilReady();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill().catch(() => {});
    await Deno.remove(this.directory, { recursive: true });
  }

  #spawn(): Deno.ChildProcess {
    const path = `${this.directory}/server.conf`;
    const store = JSON.stringify(this.directory);
    Deno.writeTextFileSync(
      path,
      `listen: "127.0.0.1:${this.port}"\njetstream { store_dir: ${store} }\n${this.#config}\n`,
    );
    const output = { stdin: "null", stdout: "null", stderr: "null" } as const;
    return new Deno.Command(PROGRAM!, { args: ["-c", path], ...output }).spawn();
  }

  async #untilReady(): Promise<void> {
    const endMs = performance.now() + START_LIMIT_MS;
    while (performance.now() < endMs) {
      try {
        (await Deno.connect({ hostname: "127.0.0.1", port: this.port })).close();
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
    throw new Error("nats-server did not start");
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
