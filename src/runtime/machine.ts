import { globalValue } from "./global_value.ts";

interface Versions {
  readonly deno?: string;
  readonly bun?: string;
  readonly node?: string;
}

/** What a program runs on. */
export interface Machine {
  /** The runtime and its version, such as `Deno 2.9.6`. */
  readonly runtime: string;
  /** How many processors it may use; `undefined` where the runtime does not say. */
  readonly cpus: number | undefined;
}

/**
 * What the program runs on. It asks for no permission.
 *
 * @returns The runtime and the number of processors.
 */
export function describeMachine(): Machine {
  const deno = globalValue<{ readonly version?: Versions }>("Deno")?.version?.deno;
  const versions = globalValue<{ readonly versions?: Versions }>("process")?.versions;
  const names = [["Deno", deno], ["Bun", versions?.bun], ["Node", versions?.node]] as const;
  const [name, version] = names.find(([, version]) => version !== undefined) ?? ["JavaScript", ""];
  const cpus = globalValue<{ readonly hardwareConcurrency?: number }>("navigator")?.hardwareConcurrency;
  return { runtime: `${name} ${version}`.trimEnd(), cpus };
}
