/** Starts PostgreSQL servers of its own for tests, from what Debian, Homebrew and others install. */
import { freePort, untilListening } from "./example_program.ts";

/** Where `initdb` and `pg_ctl` are; Debian leaves them out of the PATH. */
const PROGRAMS = [...debianFolders(), ""].find((folder) => canRun(`${folder}initdb`) && canRun(`${folder}pg_ctl`));

/** PostgreSQL refuses to run as root; this user has no more rights than it needs. */
const UNPRIVILEGED = Deno.build.os !== "windows" && Deno.uid() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** Whether tests with a server of their own can run. */
export const hasPostgres: boolean = PROGRAMS !== undefined;

function debianFolders(): string[] {
  try {
    const root = "/usr/lib/postgresql";
    return [...Deno.readDirSync(root)].map(({ name }) => `${root}/${name}/bin/`).sort().reverse();
  } catch {
    return [];
  }
}

function canRun(program: string): boolean {
  try {
    return new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** A server on a free port of this machine, with a directory of its own, which trusts all who come. */
export class PostgresServer implements AsyncDisposable {
  readonly port: number = freePort();
  readonly #directory: string = Deno.makeTempDirSync();

  /** Starts one. */
  static async start(): Promise<PostgresServer> {
    const server = new PostgresServer();
    const { uid, gid } = { uid: null, gid: null, ...UNPRIVILEGED };
    await Deno.chown(server.#directory, uid, gid);
    const data = `${server.#directory}/data`;
    await run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
    await server.begin();
    return server;
  }

  /** Where a database of it is; it has one, `postgres`. */
  urlOf(database: string): string {
    return `postgres://postgres@127.0.0.1:${this.port}/${database}`;
  }

  /** Starts it, with what it kept. */
  async begin(): Promise<void> {
    const options = `-p ${this.port} -h 127.0.0.1 -k '' -F`;
    await this.#control("-w", "-l", `${this.#directory}/log`, "-o", options, "start");
    await untilListening(this.port);
  }

  /** Ends it, and all connections to it. */
  async end(): Promise<void> {
    await this.#control("-m", "fast", "-w", "stop");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#control("-m", "immediate", "stop").catch(() => {}); // it may be ended already
    await Deno.remove(this.#directory, { recursive: true });
  }

  async #control(...args: string[]): Promise<void> {
    await run("pg_ctl", "-D", `${this.#directory}/data`, ...args);
  }
}

async function run(program: string, ...args: string[]): Promise<void> {
  // The server that `pg_ctl` starts keeps the output open, so that must not be a pipe.
  const options = { args, cwd: "/", stdin: "null", stdout: "null", stderr: "null", ...UNPRIVILEGED } as const;
  const { code } = await new Deno.Command(PROGRAMS + program, options).output();
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
}
