import type { HostProcess } from "../runtime/host_process.ts";
import { configureLogging } from "../telemetry/logger.ts";
import { WORKER_HELP } from "./help_texts.ts";
import { loadTask } from "./load_task.ts";
import { oneOperand } from "./one_operand.ts";
import { parseFlags } from "./parse_flags.ts";
import { UsageError } from "./usage_error.ts";
import { WORKER_FLAGS } from "./worker_flags.ts";
import { WorkerJob } from "./worker_job.ts";

const MODULE = "the module to serve, as in opero worker thumbs.ts";

/**
 * `opero worker`: runs items of a function on this machine for callers on any, until it is to stop.
 *
 * @param args The arguments of the command.
 * @param host The process.
 * @returns The exit code.
 * @throws {UsageError} If the command was not understood, or cannot begin.
 */
export async function workerCommand(args: readonly string[], host: HostProcess): Promise<number> {
  const { flags, rest } = parseFlags("opero worker", args, WORKER_FLAGS);
  if (flags.help) {
    await host.write(WORKER_HELP);
    return 0;
  }
  const module = oneOperand(rest, MODULE);
  if (flags.slots !== undefined && flags.threads !== undefined) {
    throw new UsageError("--slots and --threads cannot be given together");
  }
  if (flags["log-level"] !== undefined) configureLogging({ level: flags["log-level"] });
  const loaded = await loadTask(module, flags, host);
  const { serve } = await import("../queue/worker/serve.ts");
  return await new WorkerJob({ flags, loaded, serve, host }).run();
}
