/** Starts MariaDB servers of its own for tests, from the `mariadbd` in PATH. */
import { freePort, untilListening } from "./example_program.ts";

/** Where Debian puts it, which is not in the PATH of every user. */
const PROGRAM = ["mariadbd", "/usr/sbin/mariadbd"].find((program) => canRun(program, "--version"));

/** Whether tests with a server of their own can run. */
export const hasMariadb: boolean = PROGRAM !== undefined && canRun("mariadb-install-db", "--help");

/** It runs as root only where it is told so. */
const AS_ROOT = Deno.build.os !== "windows" && Deno.uid() === 0 ? ["--user=root"] : [];

function canRun(program: string, argument: string): boolean {
  try {
    new Deno.Command(program, { args: [argument], stdout: "null", stderr: "null" }).outputSync();
    return true;
  } catch {
    return false;
  }
}

/** A server on a free port of this machine, with a directory of its own, whose root has no password. */
export class MariadbServer implements AsyncDisposable {
  readonly port: number = freePort();
  readonly #directory: string = Deno.makeTempDirSync();
  #process: Deno.ChildProcess | undefined = undefined;

  /** Starts one. */
  static async start(): Promise<MariadbServer> {
    const server = new MariadbServer();
    const how = ["--auth-root-authentication-method=normal", "--skip-name-resolve", ...AS_ROOT];
    const args = ["--no-defaults", `--datadir=${server.#directory}`, ...how];
    const { code } = await new Deno.Command("mariadb-install-db", { args, ...SILENT }).output();
    if (code !== 0) throw new Error(`mariadb-install-db ended with ${code}`);
    await server.begin();
    return server;
  }

  /** Where its database `test` is. */
  get url(): string {
    return `mariadb://root@127.0.0.1:${this.port}/test`;
  }

  /** Starts it, with what it kept. */
  async begin(): Promise<void> {
    const files = ["--no-defaults", `--datadir=${this.#directory}`, `--socket=${this.#directory}/socket`];
    const network = [`--port=${this.port}`, "--bind-address=127.0.0.1", ...AS_ROOT];
    this.#process = new Deno.Command(PROGRAM!, { args: [...files, ...network], ...SILENT }).spawn();
    await untilListening(this.port);
  }

  /** Ends it, and all connections to it. */
  async end(signal: Deno.Signal = "SIGTERM"): Promise<void> {
    this.#process?.kill(signal);
    await this.#process?.status;
    this.#process = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGKILL");
    await Deno.remove(this.#directory, { recursive: true });
  }
}

const SILENT = { stdin: "null", stdout: "null", stderr: "null" } as const;
