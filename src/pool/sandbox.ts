import { ConfigurationError } from "../errors/configuration_error.ts";
import { describeValue } from "../options/describe_value.ts";
import { wrongOption } from "../options/validate.ts";
import { hasWorkerPermissions, hasWorkers } from "../runtime/sandbox_support.ts";

/** Deno's permissions of the workers of a pool, each as in Deno's own `deno.permissions` of a worker. */
export interface WorkerPermissions {
  /**
   * Says that the process runs with `--unstable-worker-options`. Deno ends a process that sets
   * permissions without that flag, and no code can find out beforehand.
   */
  readonly unstable: true;
  /** Reading of the environment. */
  readonly env?: "inherit" | boolean | readonly string[];
  /** Native libraries. */
  readonly ffi?: "inherit" | boolean | readonly (string | URL)[];
  /** Modules from other hosts. */
  readonly import?: "inherit" | boolean | readonly string[];
  /** The network. */
  readonly net?: "inherit" | boolean | readonly string[];
  /** Reading of files. */
  readonly read?: "inherit" | boolean | readonly (string | URL)[];
  /** Other programs. */
  readonly run?: "inherit" | boolean | readonly (string | URL)[];
  /** What describes the machine. */
  readonly sys?: "inherit" | boolean | readonly string[];
  /** Writing of files. */
  readonly write?: "inherit" | boolean | readonly (string | URL)[];
}

/**
 * The permissions as Deno takes them.
 *
 * @param permissions The option as the user gave it.
 * @param task What fails if the option is wrong, for the message, as in `wrap "fetchUser"`.
 * @returns The permissions, or `undefined` for those of the caller.
 * @throws {ConfigurationError} If they would end the process, or the platform knows none, or no workers at all.
 */
export function resolvePermissions(permissions: unknown, task: string): object | undefined {
  if (!hasWorkers()) {
    throw new ConfigurationError(
      `Cannot ${task} as 'mode' must be "thread" or "async" on a platform without workers: received a pool's`,
    );
  }
  if (permissions === undefined) return undefined;
  if (!hasWorkerPermissions()) {
    throw new ConfigurationError(
      `Cannot ${task} as 'permissions' must be left out on a platform whose workers have none: received an object`,
    );
  }
  if (typeof permissions !== "object" || permissions === null || Array.isArray(permissions)) {
    throw wrongOption(task, "permissions", { desired: "an object", isPrivate: true }, permissions);
  }
  const { unstable, ...rest } = permissions as Partial<WorkerPermissions>;
  if (unstable === true) return rest;
  throw new ConfigurationError(
    `Cannot ${task} as 'permissions.unstable' must be true, which says that the process runs with ` +
      `--unstable-worker-options: received ${describeValue(unstable)}`,
  );
}
