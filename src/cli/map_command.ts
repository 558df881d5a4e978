import { configureLogging } from "../telemetry/logger.ts";
import type { HostProcess } from "../runtime/host_process.ts";
import { MAP_HELP } from "./help_texts.ts";
import { loadFunction } from "./load_function.ts";
import { MAP_FLAGS } from "./map_flags.ts";
import { openInput } from "./map_input.ts";
import { MapJob } from "./map_job.ts";
import { closeServices, openServices } from "./map_services.ts";
import { planMap } from "./plan_map.ts";
import { oneOperand } from "./one_operand.ts";
import { parseFlags } from "./parse_flags.ts";
import { requireDistinctFiles } from "./require_distinct_files.ts";

const MODULE = "the module to map, as in opero map enrich.ts";

/**
 * `opero map`: runs a function of a module of the user's for each line of the input.
 *
 * @param args The arguments of the command.
 * @param host The process.
 * @returns The exit code.
 * @throws {UsageError} If the command was not understood, or cannot begin.
 */
export async function mapCommand(args: readonly string[], host: HostProcess): Promise<number> {
  const { flags, rest } = parseFlags("opero map", args, MAP_FLAGS);
  if (flags.help) {
    await host.write(MAP_HELP);
    return 0;
  }
  const module = oneOperand(rest, MODULE);
  requireDistinctFiles(flags);
  const input = openInput(flags, host);
  if (flags["log-level"] !== undefined) configureLogging({ level: flags["log-level"] });
  const loaded = await loadFunction(module, host.directory);
  if (flags["dry-run"]) {
    console.error(await planMap(flags, loaded, input, host));
    return 0;
  }
  const services = await openServices(flags, host);
  try {
    return await new MapJob({ flags, loaded, input, host, services }).run();
  } finally {
    await closeServices(services);
  }
}
