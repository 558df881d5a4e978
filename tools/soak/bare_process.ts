import type { Growth } from "./memory_trend.ts";

/** What a bare soak writes before its growth, on its last line. */
export const GROWTH_MARK = "growth: ";

/** A process of its own in which bare code does the work of a soak, in the same minutes and with the same settings. */
export class BareProcess {
  readonly #output: Promise<Deno.CommandOutput>;
  readonly #process: Deno.ChildProcess;

  /** Starts it for so many minutes, with these parts. */
  constructor(minutes: number, parts: readonly string[]) {
    const soak = new URL("./soak.ts", import.meta.url).href;
    const args = ["run", "-A", "--unstable-kv", "--v8-flags=--expose-gc", soak, String(minutes), ...parts];
    this.#process = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "inherit" }).spawn();
    this.#output = this.#process.output();
  }

  /** How its memory grew; `undefined` where it did not come to its end. */
  async growth(): Promise<Growth | undefined> {
    const { stdout } = await this.#output;
    const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
    for (const line of lines) console.log(`  bare: ${line}`);
    const last = lines.at(-1) ?? "";
    return last.startsWith(GROWTH_MARK) ? JSON.parse(last.slice(GROWTH_MARK.length)) : undefined;
  }
}
