import { isOperoError } from "../errors/opero_error.ts";
import { printable, quoted } from "../errors/printable.ts";
import { readText } from "../errors/read_field.ts";
import { nearestName } from "../options/nearest_name.ts";
import { type HostProcess, hostProcess } from "../runtime/host_process.ts";
import { EXIT_CODES } from "./exit_code.ts";
import { MAIN_HELP } from "./help_texts.ts";
import { inFlags } from "./in_flags.ts";
import { journalCommand } from "./journal_command.ts";
import { PACKAGE_VERSION } from "./package_version.ts";
import { mapCommand } from "./map_command.ts";
import { reportCommand } from "./report_command.ts";
import { UsageError } from "./usage_error.ts";
import { workerCommand } from "./worker_command.ts";

type Command = (args: readonly string[], host: HostProcess) => Promise<number>;

const COMMANDS: Readonly<Record<string, Command>> = {
  map: mapCommand,
  worker: workerCommand,
  report: reportCommand,
  journal: journalCommand,
};

/**
 * The command `opero`: runs what its arguments ask for, and ends the process with its exit code.
 *
 * @example A program of one's own that is the command
 * ```ts ignore
 * import { main } from "@opero/core/cli";
 *
 * await main();
 * ```
 */
export async function main(): Promise<void> {
  const host = hostProcess();
  // The exit code of a runtime that crashes would say that one item has failed.
  host.onCrash((error) => host.exit(report(error, host.args[0])));
  host.exit(await codeOf(host));
}

async function codeOf(host: HostProcess): Promise<number> {
  const [name, ...args] = host.args;
  try {
    if (name === undefined || name === "--help" || name === "-h" || name === "help") {
      await host.write(MAIN_HELP);
      return name === undefined ? EXIT_CODES.error : EXIT_CODES.ok;
    }
    if (name === "--version") {
      await host.write(`${PACKAGE_VERSION}\n`);
      return EXIT_CODES.ok;
    }
    return await commandOf(name)(args, host);
  } catch (error) {
    return report(error, name);
  }
}

function commandOf(name: string): Command {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command !== undefined) return command;
  const hint = nearestName(name, Object.keys(COMMANDS), "");
  throw new UsageError(`${quoted(name)} is no command${hint || `; there are ${Object.keys(COMMANDS).join(", ")}`}`);
}

/** Writes what is wrong; a mistake of the library's own with its stack. */
function report(error: unknown, name: string | undefined): number {
  const isBroken = Object(error).code === "EPIPE";
  if (isBroken) return EXIT_CODES.brokenPipe;
  const isKnown = error instanceof UsageError || isOperoError(error);
  const said = readText(error, isKnown ? "message" : "stack") ?? String(error);
  const text = isKnown ? inFlags(said) : said;
  const command = name !== undefined && Object.hasOwn(COMMANDS, name) ? `opero ${name}` : "opero";
  console.error(isKnown ? `${command}: ${printable(text)}` : `${command}: ${text}`);
  return EXIT_CODES.error;
}
