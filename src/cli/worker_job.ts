import { progress } from "../progress/progress_log.ts";
import type { serve } from "../queue/worker/serve.ts";
import type { ServedTask } from "../queue/worker/served_task.ts";
import { type HealthServer, openHealthServer } from "../runtime/health_server.ts";
import { errorText } from "../errors/error_label.ts";
import type { EndSignal, HostProcess } from "../runtime/host_process.ts";
import { ownIdentity } from "../runtime/process_identity.ts";
import { EXIT_CODES, SIGNAL_CODES } from "./exit_code.ts";
import type { LoadedTask } from "./load_task.ts";
import { UsageError } from "./usage_error.ts";
import { workerHealth } from "./worker_health.ts";
import type { WorkerFlags } from "./worker_flags.ts";

/** Longer names of machines are cut. */
const MAX_MACHINE_LENGTH = 64;

/** What a worker of `opero worker` is made of. */
export interface WorkerJobParts {
  /** What was given. */
  readonly flags: WorkerFlags;
  /** What it serves. */
  readonly loaded: LoadedTask;
  /** Serves it. */
  readonly serve: typeof serve;
  /** The process. */
  readonly host: HostProcess;
}

/** Serves a task until a signal, an idle time or a number of items ends it. */
export class WorkerJob {
  readonly #parts: WorkerJobParts;
  readonly #stopping = new AbortController();
  readonly #signals: EndSignal[] = [];
  #served: ServedTask | undefined = undefined;

  /** A worker that has not begun. */
  constructor(parts: WorkerJobParts) {
    this.#parts = parts;
  }

  /**
   * Serves until it is to stop.
   *
   * @returns The exit code.
   * @throws {unknown} What ended it otherwise.
   */
  async run(): Promise<number> {
    const { loaded, host } = this.#parts;
    const stopListening = host.onEndSignal((signal) => this.#receive(signal));
    const health = await this.#openHealth();
    try {
      await this.#serve();
    } catch (error) {
      // It was to stop before it had begun.
      if (!this.#stopping.signal.aborted) throw error;
    } finally {
      stopListening();
      health?.close();
      await loaded.close();
    }
    return this.#signals.length > 1 ? SIGNAL_CODES[this.#signals[1]!] : EXIT_CODES.ok;
  }

  async #serve(): Promise<void> {
    const { flags, loaded, serve } = this.#parts;
    const { slots, threads, grace, name = ownName() } = flags;
    const limits = { idleExit: flags["idle-exit"], maxItems: flags["max-items"] };
    const served = await serve(loaded.map, {
      ...{ slots, threads, grace, name, engine: loaded.engine, ...limits },
      signal: this.#stopping.signal,
    });
    this.#served = served;
    const task = `${served.address.task}@${served.address.version}`;
    this.#say(`${task}: ${served.name} serves, ${served.slots} at once`);
    await served.stopped;
    const { done } = served.counts;
    this.#say(`${task}: ${served.name} has stopped after ${done} ${done === 1 ? "item" : "items"}`);
  }

  async #openHealth(): Promise<HealthServer | undefined> {
    const { health } = this.#parts.flags;
    if (health === undefined) return undefined;
    try {
      const server = await openHealthServer(health, (path) => workerHealth(this.#served, path));
      this.#say(`/live and /ready are answered on port ${server.port}`);
      return server;
    } catch (error) {
      const reason = errorText(error) ?? "unknown";
      throw new UsageError(`--health ${health.port}: it cannot be listened there: ${reason}`, { cause: error });
    }
  }

  /** Once it lets what runs end, twice it gives that back at once, a third time it waits for nothing. */
  #receive(signal: EndSignal): void {
    this.#signals.push(signal);
    const count = this.#signals.length;
    if (count > 2) return this.#parts.host.exit(SIGNAL_CODES[signal]);
    if (count === 2) return void this.#served?.stop(0);
    const { running = 0 } = this.#served?.counts ?? {};
    const rest = running === 0 ? "" : `: ${running} still run; once more to give them back now`;
    this.#say(`${signal}${rest}`);
    this.#stopping.abort(new DOMException(`The worker received ${signal}`, "AbortError"));
  }

  #say(line: string): void {
    if (!this.#parts.flags.quiet) progress.log(line);
  }
}

/** The machine and the process, as far as they are known. */
function ownName(): string {
  const { host, pid } = ownIdentity();
  const machine = host.replace(/[^\w.-]/g, "-").slice(0, MAX_MACHINE_LENGTH);
  return `${machine || "worker"}:${pid}`;
}
