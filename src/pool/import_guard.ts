import { ConfigurationError } from "../errors/configuration_error.ts";
import { workerHook } from "../runtime/worker_hook.ts";

/** How many workers within each other may run the functions of one module. */
const MAX_NESTED = 2;

/**
 * Refuses to start workers where the module that asks runs only since a worker of its own imports it: it would ask
 * again in each of those, without an end. An item may start workers; those of the same module may not start more.
 *
 * @param task What fails if the option is wrong, for the message, as in `wrap "fetchUser"`.
 * @param module The URL of the module that exports the function.
 * @throws {ConfigurationError} If that is so; the worker that imports the module ends with the same error.
 */
export function requireNoImport(task: string, module: string | undefined): void {
  const hook = workerHook();
  if (hook === undefined) return;
  const count = hook.ancestors().filter((each) => each === module).length;
  const isNested = module !== undefined && count >= MAX_NESTED;
  if (!hook.isImporting() && !isNested) return;
  const error = new ConfigurationError(
    `Cannot ${task} as 'module' must be a module that starts no worker while a worker imports it, but only where ` +
      "'import.meta.main' holds, or one that holds functions alone: received one that does",
  );
  hook.refuse(error);
  throw error;
}
