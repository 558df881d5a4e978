import { globalValue } from "./global_value.ts";

/**
 * What the output can show: a bar that is drawn over, lines now and then as for a file, or, where a terminal knows
 * no escapes (`TERM=dumb`) and in CI, a line at the end.
 */
export type TerminalStyle = "bar" | "lines" | "end";

/** Where progress is shown. */
export interface Terminal {
  /** What it can show. */
  readonly style: TerminalStyle;
  /** Its width by now. */
  readonly columns: number;
  /** Whether colours are wanted. */
  readonly isColored: boolean;
  /** Writes `text`; a failure to do so is ignored. */
  write(text: string): void;
}

type PermissionState = "granted" | "prompt" | "denied";

interface DenoLike {
  readonly noColor: boolean;
  readonly env: { get(name: string): string | undefined };
  readonly permissions: { querySync?(descriptor: { name: "env"; variable: string }): { state: PermissionState } };
  consoleSize(): { readonly columns: number };
  readonly stderr: { isTerminal(): boolean; writeSync(bytes: Uint8Array): number };
}

interface ProcessLike {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stderr?: { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };
}

const DEFAULT_COLUMNS = 80;

/** Runs share what stands on a terminal, so each of them is given the same object for it. */
const terminals = new WeakMap<object, Terminal>();

/**
 * The standard error output; `undefined` where the platform has none. It asks for no permission.
 *
 * @returns The terminal, or `undefined`.
 */
export function stderrTerminal(): Terminal | undefined {
  const deno = globalValue<DenoLike>("Deno");
  if (deno?.stderr !== undefined) return sharedTerminal(deno.stderr, () => denoTerminal(deno));
  const process = globalValue<ProcessLike>("process");
  const stderr = process?.stderr;
  return stderr?.write === undefined ? undefined : sharedTerminal(stderr, () => processTerminal(process!, stderr));
}

function sharedTerminal(stderr: object, open: () => Terminal): Terminal {
  const terminal = terminals.get(stderr) ?? open();
  terminals.set(stderr, terminal);
  return terminal;
}

function styleOf(isTerminal: boolean, env: (name: string) => string | undefined): TerminalStyle {
  const ci = env("CI");
  const isCi = ci !== undefined && ci !== "" && ci !== "false" && ci !== "0";
  if (isCi || (isTerminal && env("TERM") === "dumb")) return "end";
  return isTerminal ? "bar" : "lines";
}

function denoTerminal(deno: DenoLike): Terminal {
  const encoder = new TextEncoder();
  const { stderr } = deno;
  return {
    get style() {
      return styleOf(stderr.isTerminal(), (name) => readableEnv(deno, name));
    },
    isColored: !deno.noColor,
    get columns() {
      return orElse(DEFAULT_COLUMNS, () => deno.consoleSize().columns);
    },
    write: (text) => void orElse(0, () => writeAll(stderr, encoder.encode(text))),
  };
}

/** A variable of the environment, where it may be read without asking the user. */
function readableEnv(deno: DenoLike, variable: string): string | undefined {
  return orElse(undefined, () => {
    const state = deno.permissions.querySync?.({ name: "env", variable }).state;
    return state === "granted" ? deno.env.get(variable) : undefined;
  });
}

/** One write may take a part of the bytes only. */
function writeAll(stderr: DenoLike["stderr"], bytes: Uint8Array): number {
  let written = 0;
  while (written < bytes.length) written += stderr.writeSync(bytes.subarray(written));
  return written;
}

function processTerminal(process: ProcessLike, stderr: NonNullable<ProcessLike["stderr"]>): Terminal {
  return {
    get style() {
      return styleOf(stderr.isTTY === true, (name) => process.env?.[name]);
    },
    isColored: !process.env?.NO_COLOR,
    get columns() {
      return stderr.columns ?? DEFAULT_COLUMNS;
    },
    write: (text) => void orElse(false, () => stderr.write(text)),
  };
}

/** What `read` answers, or `fallback` where a stream is closed or no terminal is attached. */
function orElse<Value>(fallback: Value, read: () => Value): Value {
  try {
    return read();
  } catch {
    return fallback;
  }
}
