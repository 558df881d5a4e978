import { ConfigurationError } from "../errors/configuration_error.ts";
import { builtinModule } from "./builtin_module.ts";
import type { FsModule } from "./node_fs.ts";
import { isRequestBound } from "./request_bound.ts";

const OTHER_BACKEND = 'use another backend, such as "memory"';

/**
 * What the runtime reads and writes files with.
 *
 * @param task What fails if the option is wrong, for the message, as in `wrap "fetchUser"`.
 * @param fix What to do in place of that.
 * @returns The module of the runtime.
 * @throws {ConfigurationError} If it has none; `task` says what cannot be done.
 */
export function requireFiles(task: string, fix: string = OTHER_BACKEND): FsModule {
  // Files there are of one request, or cannot be written at all.
  const fs = isRequestBound() ? undefined : builtinModule<FsModule>("node:fs");
  if (fs !== undefined) return fs;
  throw new ConfigurationError(`Cannot ${task} as this runtime has no files: ${fix}`);
}
