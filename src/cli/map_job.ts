import { createOpero, type OperoInstance } from "../create_opero.ts";
import { RunHandle } from "../map/run_handle.ts";
import { progress } from "../progress/progress_log.ts";
import { openOutput, type OutputFile } from "../runtime/file_streams.ts";
import type { HostProcess } from "../runtime/host_process.ts";
import type { RunRecord } from "../run_stats/run_record.ts";
import { SystemClock } from "../time/system_clock.ts";
import { EXIT_CODES, exitCodeFor } from "./exit_code.ts";
import { isHaltDue } from "./halt_flag.ts";
import { Interrupts } from "./interrupts.ts";
import { ItemFeed } from "./item_feed.ts";
import type { ReadItem } from "./item_reader.ts";
import { LineOutput } from "./line_output.ts";
import type { LoadedFunction } from "./load_function.ts";
import { MapBar } from "./map_bar.ts";
import type { MapFlags } from "./map_flags.ts";
import type { MapInput } from "./map_input.ts";
import { mapOptions } from "./map_options.ts";
import type { MapServices } from "./map_services.ts";
import { MapSession } from "./map_session.ts";
import { withPath } from "./with_path.ts";
import { summaryOf } from "./map_summary.ts";
import { ReportWriter } from "./report_writer.ts";

/** What a run of `opero map` is made of. */
export interface MapJobParts {
  /** What was given. */
  readonly flags: MapFlags;
  /** The function. */
  readonly loaded: LoadedFunction;
  /** The items. */
  readonly input: MapInput;
  /** The process. */
  readonly host: HostProcess;
  /** What it shares with other processes. */
  readonly services: MapServices;
}

/** What a run is aborted with where its end was asked for. */
const STOPPED = new DOMException("The run was stopped", "AbortError");

/** One run of `opero map`. */
export class MapJob {
  readonly #parts: MapJobParts;
  readonly #clock = new SystemClock();
  readonly #instance: OperoInstance = createOpero();
  readonly #feed: ItemFeed;
  readonly #session: MapSession;
  readonly #run: RunHandle;
  readonly #bar: MapBar | undefined;
  readonly #report: ReportWriter | undefined;
  readonly #files: OutputFile[] = [];
  readonly #ran = { ok: 0, failed: 0, fromJournal: 0 };
  #count: Promise<number | undefined> | undefined = undefined;
  #total: number | undefined = undefined;
  #isPipeBroken = false;
  #failure: { readonly error: unknown } | undefined = undefined;
  #halted: string | undefined = undefined;

  /** A run that has not begun. */
  constructor(parts: MapJobParts) {
    const { flags, loaded, input, host, services } = parts;
    this.#parts = parts;
    this.#feed = new ItemFeed(input.items);
    const mapped = this.#instance.opmap(loaded.fn, mapOptions(flags, loaded, host, services));
    const run = mapped.run(this.#feed.items());
    if (!(run instanceof RunHandle)) throw new TypeError("A map answers with runs of another copy of the library");
    this.#run = run;
    this.#session = this.#openSession();
    run.watch(this.#session);
    this.#bar = flags["no-bar"] || flags.quiet ? undefined : this.#openBar(loaded.name);
    this.#report = flags.report === undefined ? undefined : new ReportWriter(parts, this.#clock);
  }

  /** Runs to its end; returns the exit code. */
  async run(): Promise<number> {
    const interrupts = new Interrupts(this.#parts.host, {
      stopSoon: (reason) => this.#stopSoon(reason),
      stopNow: () => this.#run.abort(STOPPED),
    });
    try {
      await this.#session.write(this.#run);
    } catch (error) {
      if (error !== STOPPED) this.#failure = { error };
    } finally {
      this.#bar?.finish();
      interrupts.close();
      await this.#close();
    }
    if (this.#isPipeBroken) return EXIT_CODES.brokenPipe;
    const left = await this.#countLeft();
    const code = interrupts.exitCode ??
      (this.#failure === undefined ? exitCodeFor(this.#missing(left)) : EXIT_CODES.error);
    this.#summarize(left);
    this.#report?.write({
      code,
      reason: this.#reasonOf(interrupts.signal),
      left: left.count + this.#session.tally.skipped,
    });
    if (this.#failure !== undefined) throw this.#failure.error;
    return code;
  }

  #openSession(): MapSession {
    const { flags, host } = this.#parts;
    const output = flags.out === undefined || flags.out === "-" ? host : this.#openFile("--out", flags.out);
    const errors = flags.errors === undefined ? undefined : this.#openFile("--errors", flags.errors);
    const onBroken = (error: unknown) => this.#onBroken(error);
    return new MapSession({
      feed: this.#feed,
      out: new LineOutput((text) => output.write(text), onBroken),
      errors: errors && new LineOutput((text) => errors.write(text), onBroken),
      form: flags.form ?? "values",
      onDone: (record, item) => this.#onDone(record, item),
      onSkip: () => this.#bar?.skip(),
      onPause: (fromMs, toMs) => this.#report?.countPause(fromMs, toMs),
      nowMs: () => this.#clock.wallNow(),
    });
  }

  #openFile(flag: string, path: string): OutputFile {
    const file = withPath(flag, path, () => openOutput(path));
    this.#files.push(file);
    return file;
  }

  #openBar(label: string): MapBar {
    this.#countItems();
    return new MapBar({ label, total: () => this.#total, wait: () => this.#run.wait });
  }

  /** Beside the run: how many items there are is of use before all were read. */
  #countItems(): Promise<number | undefined> {
    this.#count ??= this.#parts.input.count().then((count) => this.#total = count, () => undefined);
    return this.#count;
  }

  #onDone(record: RunRecord, item: ReadItem | undefined): void {
    this.#bar?.count(record);
    this.#report?.count(record, item);
    if (record.isFromJournal) this.#ran.fromJournal++;
    else if (record.failure === undefined) this.#ran.ok++;
    else this.#ran.failed++;
    this.#haltIfDue();
  }

  /** What the journal knew already is no news of how the run goes. */
  #haltIfDue(): void {
    const { halt } = this.#parts.flags;
    const { ok, failed, fromJournal } = this.#ran;
    if (halt === undefined || this.#halted !== undefined) return;
    if (!isHaltDue(halt, { read: this.#feed.read - fromJournal, ok, failed })) return;
    this.#halted = `halted as --halt asks for: ${ok} ok, ${failed} failed`;
    this.#say(this.#halted);
    if (halt.when === "soon") this.#feed.stop();
    else this.#run.abort(STOPPED);
  }

  #stopSoon(reason: string): void {
    this.#feed.stop();
    const { active } = this.#run.stats();
    if (active > 0) this.#say(`${reason}: ${active} still run; once more to stop them now`);
  }

  #onBroken(error: unknown): void {
    const isPipe = Object(error).code === "EPIPE";
    if (isPipe) this.#isPipeBroken = true;
    else this.#failure ??= { error };
    this.#run.abort(STOPPED);
  }

  async #close(): Promise<void> {
    this.#feed.stop();
    await Promise.all(this.#files.map((file) => file.close()));
    await this.#instance.close();
  }

  /** The items that did not come to their turn, and whether there may be more of them. */
  async #countLeft(): Promise<{ readonly count: number; readonly isLeast: boolean }> {
    const { ok, failed, skipped } = this.#session.tally;
    const known = this.#feed.isAtEnd ? this.#feed.read : await this.#countItems();
    if (known !== undefined) return { count: Math.max(0, known - ok - failed - skipped), isLeast: false };
    return { count: this.#feed.read - ok - failed - skipped + 1, isLeast: true };
  }

  #missing(left: { readonly count: number }): number {
    const { failed, skipped } = this.#session.tally;
    return failed + skipped + left.count;
  }

  #summarize(left: { readonly count: number; readonly isLeast: boolean }): void {
    const { ok, failed } = this.#session.tally;
    // Of a run that could not begin there is nothing to report but why.
    if (this.#failure !== undefined && ok + failed === 0) return;
    for (const line of this.#session.tally.failures()) this.#say(line);
    const recorded = this.#parts.flags.journal === undefined ? 0 : this.#session.unwritten;
    this.#say(summaryOf(this.#session.tally, this.#ran.fromJournal, { ...left, recorded }));
  }

  #say(line: string): void {
    if (!this.#parts.flags.quiet) progress.log(line);
  }

  #reasonOf(signal: string | undefined): string {
    if (this.#failure !== undefined) return "ended by an error";
    return signal === undefined ? this.#halted ?? "ran to its end" : `interrupted by ${signal}`;
  }
}
