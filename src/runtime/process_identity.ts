import { builtinModule } from "./builtin_module.ts";
import { globalValue } from "./global_value.ts";
import type { FsModule } from "./node_fs.ts";

/** Who a process is; what the runtime does not tell, or does not permit to ask, is an empty text. */
export interface ProcessIdentity {
  /** Its number. */
  readonly pid: number;
  /** The name of its machine. */
  readonly host: string;
  /** The boot of its machine and the space of its number, outside of which that means nothing. */
  readonly realm: string;
  /** When it began, as the machine counts it: a number is given again to another process. */
  readonly start: string;
}

interface ProcessLike {
  readonly pid: number;
  kill(pid: number, signal: 0): unknown;
}

interface DenoPermissions {
  readonly permissions?: {
    querySync(descriptor: { name: string; path?: string; kind?: string }): { readonly state: string };
  };
}

/** Must not be asked of Deno where that would ask the user. */
type Need = { readonly name: string; readonly path?: string; readonly kind?: string };

/**
 * Who this process is.
 *
 * @returns The identity.
 */
export function ownIdentity(): ProcessIdentity {
  const pid = globalValue<ProcessLike>("process")?.pid ?? 0;
  const host = ifPermitted({ name: "sys", kind: "hostname" }, () => hostname()) ?? "";
  return { pid, host, realm: realmOfProcess(), start: startOf(pid) };
}

/**
 * Whether the process of `identity` is there.
 *
 * @param identity Who it is, as {@link ownIdentity} told in that process.
 * @param own Who this process is.
 * @returns `undefined` where that cannot be known from here.
 */
export function isAlive(identity: ProcessIdentity, own: ProcessIdentity): boolean | undefined {
  if (identity.host !== own.host) return undefined;
  // After a boot, no process of before is there; in another space of numbers, one cannot be found.
  if (identity.realm !== own.realm) return bootOf(identity) === bootOf(own) || bootOf(own) === "" ? undefined : false;
  if (identity.pid === own.pid) return identity.start === own.start;
  const isThere = ifPermitted({ name: "run" }, () => isRunning(identity.pid));
  if (isThere !== true || identity.start === "") return isThere;
  const start = startOf(identity.pid);
  return start === "" || start === identity.start;
}

function bootOf({ realm }: ProcessIdentity): string {
  return realm.split(" ")[0]!;
}

/** The boot, and the space of numbers: two containers of one machine share the first alone. */
function realmOfProcess(): string {
  const boot = readProc("/proc/sys/kernel/random/boot_id").trim();
  const space = ifPermitted({ name: "read", path: "/proc/self/ns/pid" }, () => {
    return builtinModule<FsModule>("node:fs")?.readlinkSync("/proc/self/ns/pid");
  }) ?? "";
  return boot === "" ? "" : `${boot} ${space}`;
}

/** The 22nd field; the second, in parentheses, may hold anything. */
function startOf(pid: number): string {
  return readProc(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ")[19] ?? "";
}

function isRunning(pid: number): boolean {
  try {
    globalValue<ProcessLike>("process")?.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code !== "ESRCH";
  }
}

function hostname(): string | undefined {
  return builtinModule<{ hostname(): string }>("node:os")?.hostname();
}

function readProc(path: string): string {
  return ifPermitted({ name: "read", path }, () => builtinModule<FsModule>("node:fs")?.readFileSync(path, "utf8")) ??
    "";
}

/** What `ask` answers; `undefined` where it throws, or Deno would ask the user for a permission. */
function ifPermitted<T>(need: Need, ask: () => T | undefined): T | undefined {
  try {
    const state = globalValue<DenoPermissions>("Deno")?.permissions?.querySync(need).state ?? "granted";
    return state === "granted" ? ask() : undefined;
  } catch {
    return undefined;
  }
}
