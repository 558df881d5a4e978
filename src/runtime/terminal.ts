/** Where progress is shown. */
export interface Terminal {
  /** Whether somebody looks at it, so that a line can be drawn over. */
  readonly isTerminal: boolean;
  /** Its width by now. */
  readonly columns: number;
  /** Whether colours are wanted. */
  readonly isColored: boolean;
  /** Writes `text`; a failure to do so is no business of whoever shows progress. */
  write(text: string): void;
}

interface DenoLike {
  readonly noColor: boolean;
  consoleSize(): { readonly columns: number };
  readonly stderr: { isTerminal(): boolean; writeSync(bytes: Uint8Array): number };
}

interface ProcessLike {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stderr?: { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };
}

const DEFAULT_COLUMNS = 80;

/** The standard error output; `undefined` where the platform has none. It asks for no permission. */
export function stderrTerminal(): Terminal | undefined {
  const { Deno, process } = globalThis as { Deno?: DenoLike; process?: ProcessLike };
  if (Deno?.stderr !== undefined) return denoTerminal(Deno);
  return process?.stderr?.write === undefined ? undefined : processTerminal(process, process.stderr);
}

function denoTerminal(deno: DenoLike): Terminal {
  const encoder = new TextEncoder();
  return {
    isTerminal: deno.stderr.isTerminal(),
    isColored: !deno.noColor,
    get columns() {
      return orElse(DEFAULT_COLUMNS, () => deno.consoleSize().columns);
    },
    write: (text) => void orElse(0, () => writeAll(deno, encoder.encode(text))),
  };
}

/** One write may take a part of the bytes only. */
function writeAll(deno: DenoLike, bytes: Uint8Array): number {
  let written = 0;
  while (written < bytes.length) written += deno.stderr.writeSync(bytes.subarray(written));
  return written;
}

function processTerminal(process: ProcessLike, stderr: NonNullable<ProcessLike["stderr"]>): Terminal {
  return {
    isTerminal: stderr.isTTY === true,
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
