import { ConfigurationError } from "../errors/configuration_error.ts";
import { globalValue } from "./global_value.ts";

/** The signals that ask a program to end. */
export type EndSignal = "SIGINT" | "SIGTERM";

/** The process that a command runs in. */
export interface HostProcess {
  /** The arguments of the command. */
  readonly args: readonly string[];
  /** Where paths begin. */
  readonly directory: string;
  /** How the command was called, without its arguments. */
  readonly calledAs: string;
  /** A variable of the environment. */
  variable(name: string): string | undefined;
  /** Whether stdin is a terminal. */
  readonly isInputTerminal: boolean;
  /** What comes in by stdin. */
  readonly input: AsyncIterable<Uint8Array>;
  /** Writes to stdout; resolves once that has taken it, and rejects with the code `EPIPE` where its reader has gone. */
  write(text: string): Promise<void>;
  /** Calls `listener` at each signal that asks to end, in place of ending; returns what stops that. */
  onEndSignal(listener: (signal: EndSignal) => void): () => void;
  /** Calls `listener` with what the program did not catch, in place of ending; keeps the process alive until it exits. */
  onCrash(listener: (error: unknown) => void): void;
  /** Ends the process. */
  exit(code: number): void;
}

type Listener = (value: unknown) => void;

interface ProcessLike {
  readonly argv: readonly string[];
  readonly stdin: AsyncIterable<Uint8Array> & { readonly isTTY?: boolean };
  readonly stdout: {
    write(text: string, done: (error?: Error | null) => void): boolean;
    on(event: "error", listener: Listener): unknown;
  };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly versions: { readonly bun?: string };
  cwd(): string;
  on(event: string, listener: (value: unknown) => void): unknown;
  off(event: string, listener: (value: unknown) => void): unknown;
  exit(code: number): never;
}

const KEEP_ALIVE_MS = 60_000;
const PACKAGE = "@opero/core";

/**
 * The process that the program runs in.
 *
 * @returns The process.
 * @throws {ConfigurationError} If the runtime has none, as a browser.
 */
export function hostProcess(): HostProcess {
  const process = globalValue<ProcessLike>("process");
  if (process?.stdout === undefined) {
    throw new ConfigurationError("Cannot run the command opero as the runtime has no process: use Deno, Node or Bun");
  }
  const { stdout } = process;
  // Each write has its own failure; without a listener the first one would end the process.
  stdout.on("error", () => {});
  return {
    args: process.argv.slice(2),
    directory: process.cwd(),
    calledAs: calledAs(process),
    variable: (name) => process.env[name],
    isInputTerminal: process.stdin.isTTY === true,
    get input() {
      return process.stdin;
    },
    write: (text) =>
      new Promise((resolve, reject) => {
        stdout.write(text, (error) => error ? reject(error) : resolve());
      }),
    onEndSignal: (listener) => listenForEnd(process, listener),
    onCrash: (listener) => {
      for (const event of ["uncaughtException", "unhandledRejection"]) process.on(event, listener);
      // An item that waits for what never comes holds nothing that would keep the process.
      setInterval(() => {}, KEEP_ALIVE_MS);
    },
    exit: (code) => process.exit(code),
  };
}

function listenForEnd(process: ProcessLike, listener: (signal: EndSignal) => void): () => void {
  const signals: readonly EndSignal[] = ["SIGINT", "SIGTERM"];
  const listeners = signals.map((signal) => [signal, () => listener(signal)] as const);
  for (const [signal, listen] of listeners) process.on(signal, listen);
  return () => {
    for (const [signal, listen] of listeners) process.off(signal, listen);
  };
}

/** As a user of this runtime calls it, unless it was started from a file of its own. */
function calledAs({ argv, versions }: ProcessLike): string {
  const main = globalValue<{ readonly mainModule?: string }>("Deno")?.mainModule;
  if (main === undefined) return `${versions.bun === undefined ? "npx" : "bunx"} ${PACKAGE}`;
  return `deno run -A ${main.startsWith("file:") ? argv[1] : `jsr:${PACKAGE}/cli`}`;
}
