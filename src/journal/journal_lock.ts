import type { JournalError } from "../errors/journal_error.ts";
import { printable } from "../errors/printable.ts";
import { LockFile } from "../runtime/lock_file.ts";
import type { FsModule } from "../runtime/node_fs.ts";
import { isAlive, ownIdentity, type ProcessIdentity } from "../runtime/process_identity.ts";

/** So often it is written that the holder is there, … */
export const BEAT_MS = 10_000;
/** … and where a holder cannot be looked for, as it is on another machine, one that was silent for so long is gone. */
const SILENT_MS = 60_000;
/** To make a lock takes microseconds: what has said nothing for so long was left by a process that ended in between. */
const UNSAID_MS = 2_000;
const RETRY_MS = 20;
const MAX_TRIES = 200;

/** Who holds a lock, as it stands in the file. */
interface Holder extends ProcessIdentity {
  readonly since: string;
  /** Tells this lock from all others. */
  readonly token: string;
  /** Whether the system holds a lock for as long as the process lives. */
  readonly system: boolean;
}

/** What a lock is made with. */
export interface JournalLockOptions {
  readonly fs: FsModule;
  /** The journal. */
  readonly path: string;
  /** Makes the error for a reason. */
  readonly fail: (reason: string) => JournalError;
  /** The time of day, in milliseconds. */
  readonly nowMs: () => number;
  /** Resolves after so many milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
  /** A text that no other lock has. */
  readonly token: string;
}

/**
 * The right to write a journal: a file beside it that says who has it. That of a process that is gone is taken over, by
 * one alone: who removes a lock has made another file before, and looks at the lock again.
 */
export class JournalLock {
  readonly #options: JournalLockOptions;
  readonly #lock: LockFile;
  readonly #takeover: LockFile;
  readonly #own: ProcessIdentity = ownIdentity();
  #text = "";

  /** A lock that is free. */
  constructor(options: JournalLockOptions) {
    this.#options = options;
    this.#lock = new LockFile(options.fs, `${options.path}.lock`);
    this.#takeover = new LockFile(options.fs, `${options.path}.lock.takeover`);
  }

  /**
   * Takes the lock.
   *
   * @throws {JournalError} If a run has it.
   */
  async take(): Promise<void> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      if (this.#lock.make((isLockedBySystem) => this.#text = this.#describe(isLockedBySystem))) return;
      if (!this.#remove()) await this.#options.sleep(RETRY_MS);
    }
    throw this.#options.fail(`its lock ${this.#options.path}.lock cannot be taken`);
  }

  /** Writes that the holder is there; `false` where the lock was lost to another. */
  beat(): boolean {
    if (this.#lock.read() !== this.#text) return false;
    this.#lock.write(this.#text);
    return true;
  }

  /** Gives it back. */
  release(): void {
    if (this.#text !== "" && this.#lock.read() === this.#text) this.#lock.remove();
    else this.#lock.leave();
  }

  /** Removes the lock of a holder that is gone; `false` where it is worth to wait for a moment. */
  #remove(): boolean {
    const text = this.#lock.read();
    if (text === undefined) return true;
    if (!this.#isGone(text)) return false;
    if (!this.#takeover.make(() => "")) {
      if (this.#silentMs(this.#takeover) > UNSAID_MS) this.#takeover.remove();
      return false;
    }
    try {
      if (this.#lock.read() === text) this.#lock.remove();
      return true;
    } finally {
      this.#takeover.remove();
    }
  }

  /** Whether who made it is gone; throws where that is there, `false` where it has not said yet who it is. */
  #isGone(text: string): boolean {
    const silentMs = this.#silentMs(this.#lock);
    const holder = holderIn(text);
    if (holder === undefined) return silentMs > UNSAID_MS;
    const isHeld = holder.system ? this.#lock.isHeldBySystem : undefined;
    if (!(isHeld ?? isAlive(holder, this.#own) ?? silentMs <= SILENT_MS)) return true;
    // Where another took it over since it was read, what is there is that one's.
    if (this.#lock.read() !== text) return false;
    throw this.#options.fail(describeHolder(holder, this.#own));
  }

  #silentMs(file: LockFile): number {
    return this.#options.nowMs() - (file.writtenMs ?? 0);
  }

  #describe(isLockedBySystem: boolean): string {
    const { nowMs, token } = this.#options;
    const since = new Date(nowMs()).toISOString();
    return JSON.stringify({ ...this.#own, since, token, system: isLockedBySystem } satisfies Holder);
  }
}

function holderIn(text: string): Holder | undefined {
  try {
    const holder: Holder = JSON.parse(text);
    return typeof holder.pid === "number" && typeof holder.token === "string" ? holder : undefined;
  } catch {
    return undefined;
  }
}

function describeHolder({ pid, host, since }: Holder, own: ProcessIdentity): string {
  const name = pid === own.pid && host === own.host ? "this process" : `process ${pid}`;
  const machine = host === "" || host === own.host ? "" : ` on "${printable(String(host))}"`;
  return `a run of ${name}${machine} has it since ${printable(String(since))}`;
}
