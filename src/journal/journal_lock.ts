import type { JournalError } from "../errors/journal_error.ts";
import { printable } from "../errors/printable.ts";
import { isHeldBySystem, LockFile } from "../runtime/lock_file.ts";
import { type FsModule, ifThere } from "../runtime/node_fs.ts";
import { isAlive, ownIdentity, type ProcessIdentity } from "../runtime/process_identity.ts";
import { sha256Base64Url } from "../runtime/sha256.ts";

/** So often it is written that the holder is there, … */
export const BEAT_MS = 10_000;
/** … and where a holder cannot be looked for, as it is on another machine, one that was silent for so long is gone. */
const SILENT_MS = 60_000;
/** A file in which nothing is said for so long was left by a process that ended while it made it. */
const UNSAID_MS = 2_000;
const RETRY_MS = 20;
const MAX_TRIES = 200;
/** 132 bits. */
const NAME_LENGTH = 22;

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
 * The right to write a journal: a file beside it that says who has it. That of a process that is gone is taken over by one
 * alone. Each process may be stopped for any time between any two of its steps, so nothing rests on how long they take:
 *
 * - Who wants the place of a lock makes a file that is named after what stands in it, which one alone can; and of one
 *   that is gone in the middle of that, the same by the same rule.
 * - Who has made it looks at the lock again. If it is the one that was seen, it stays that, as no other process may
 *   replace it; if it is another, what was made is named after a lock that never comes back.
 */
export class JournalLock {
  readonly #options: JournalLockOptions;
  readonly #path: string;
  readonly #file: LockFile;
  readonly #own: ProcessIdentity = ownIdentity();

  /** A lock that is free. */
  constructor(options: JournalLockOptions) {
    const { fs, path, token } = options;
    this.#options = options;
    this.#path = `${path}.lock`;
    this.#file = new LockFile({
      fs,
      path: `${this.#path}.${nameOf(token)}`,
      describe: (isLockedBySystem) => this.#describe(isLockedBySystem),
    });
  }

  /**
   * Takes the lock.
   *
   * @throws {JournalError} If a run has it.
   */
  async take(): Promise<void> {
    try {
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        if (this.#takeNow()) return this.#file.forgetName();
        await this.#options.sleep(RETRY_MS);
      }
    } catch (error) {
      this.#file.drop();
      throw error;
    }
    this.#file.drop();
    throw this.#options.fail(`its lock ${this.#path} cannot be taken`);
  }

  /** Says that the holder is there; `false` where the lock was lost to another. */
  beat(): boolean {
    if (!this.#isOwn) return false;
    this.#file.beat();
    return true;
  }

  /** Gives it back. */
  release(): void {
    if (this.#isOwn) this.#remove(this.#path);
    this.#file.drop();
  }

  get #isOwn(): boolean {
    const { text } = this.#file;
    return text !== "" && this.#read(this.#path) === text;
  }

  #takeNow(): boolean {
    const text = this.#read(this.#path);
    if (text === undefined) return this.#file.claim(this.#path);
    if (!this.#isGone(this.#path, text)) {
      this.#refuse(text);
      return false;
    }
    return this.#succeed(text);
  }

  /** Takes the place of the lock in which `text` stands, whose holder is gone, unless another is about to. */
  #succeed(text: string): boolean {
    let last = text;
    for (;;) {
      const next = this.#successorOf(last);
      const found = this.#read(next);
      if (found === undefined) return this.#file.claim(next) && this.#replace(text, next);
      if (!this.#isGone(next, found)) return false;
      last = found;
    }
  }

  /** Puts `successor` in the place of the lock in which `text` stood, if it still does. */
  #replace(text: string, successor: string): boolean {
    const isSame = this.#read(this.#path) === text;
    if (isSame) this.#options.fs.renameSync(successor, this.#path);
    else this.#remove(successor);
    if (isSame) this.#tidy();
    return isSame;
  }

  /** Removes what processes left that ended while they took it: none looks for that any more, as the lock is another. */
  #tidy(): void {
    const { fs } = this.#options;
    const end = Math.max(this.#path.lastIndexOf("/"), this.#path.lastIndexOf("\\")) + 1;
    const [directory, start] = [this.#path.slice(0, end), `${this.#path.slice(end)}.`];
    for (const name of fs.readdirSync(directory || ".")) {
      const path = directory + name;
      const text = name.startsWith(start) ? this.#read(path) : undefined;
      if (text !== undefined && this.#isGone(path, text)) this.#remove(path);
    }
  }

  #successorOf(text: string): string {
    return `${this.#path}.${nameOf(text)}`;
  }

  #read(path: string): string | undefined {
    return ifThere(() => this.#options.fs.readFileSync(path, "utf8"));
  }

  #remove(path: string): void {
    ifThere(() => this.#options.fs.unlinkSync(path));
  }

  /** Whether the holder of the file under `path`, in which `text` stands, is gone. */
  #isGone(path: string, text: string): boolean {
    const { fs, nowMs } = this.#options;
    const writtenMs = ifThere(() => fs.statSync(path, { throwIfNoEntry: false })?.mtimeMs) ?? 0;
    const silentMs = nowMs() - writtenMs;
    const holder = holderIn(text);
    if (holder === undefined) return silentMs > UNSAID_MS;
    const isHeld = holder.system ? isHeldBySystem(path) : undefined;
    return !(isHeld ?? isAlive(holder, this.#own) ?? silentMs <= SILENT_MS);
  }

  /** Throws where `text` says who has the lock, and it was not taken over since. */
  #refuse(text: string): void {
    const holder = holderIn(text);
    if (holder !== undefined && this.#read(this.#path) === text) {
      throw this.#options.fail(describeHolder(holder, this.#own));
    }
  }

  #describe(isLockedBySystem: boolean): string {
    const { nowMs, token } = this.#options;
    const since = new Date(nowMs()).toISOString();
    return JSON.stringify({ ...this.#own, since, token, system: isLockedBySystem } satisfies Holder);
  }
}

/** A name for a text, whatever stands in it. */
function nameOf(text: string): string {
  return sha256Base64Url(text).slice(0, NAME_LENGTH);
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
