import type { Clock } from "../../time/clock.ts";
import { ConfigurationError } from "../../errors/configuration_error.ts";
import type { FileFacts, Files } from "../../runtime/files.ts";

/** For so long a directory that was looked at is taken for what it was. */
const TRUSTED_MS = 1_000;

/** So many directories are remembered; past that the memory begins anew. */
const MAX_REMEMBERED = 4_096;

/** Others may change what is in it. */
const LOOSE = 0o022;

/** Where a cache of files lives, and who warns of it. */
export interface DiskRootOptions {
  /** The directory. */
  readonly path: string;
  /** Whether the user named it: then it may be a link, as he knows where it leads. */
  readonly isNamed: boolean;
  /** Gives the time for how long a look is good. */
  readonly clock: Pick<Clock, "now">;
  /** Warns of what is wrong with the set-up, once. */
  readonly warnOnce: (kind: string, message: string) => void;
}

/**
 * The directory of a cache of files. What came with somebody else's files, a repository's say, may hold links in the
 * place of the cache's own folders: nothing is read, written or removed through one.
 */
export class DiskRoot {
  /** The directory. */
  readonly path: string;
  readonly #options: DiskRootOptions;
  readonly #files: Files;
  readonly #trustedUntilMs = new Map<string, number>();
  #isLooked = false;

  /** The directory that `options` name, which need not be there yet. */
  constructor(options: DiskRootOptions, files: Files) {
    this.path = options.path;
    this.#options = options;
    this.#files = files;
  }

  /**
   * The path of a directory in it, `/` between its parts.
   *
   * @throws {ConfigurationError} If it is a link or any of those above it in the cache is.
   */
  pathOf(directory: string): string {
    const nowMs = this.#options.clock.now();
    if (!((this.#trustedUntilMs.get(directory) ?? 0) > nowMs)) this.#look(directory, nowMs);
    return `${this.path}/${directory}`;
  }

  /** Warns where others may change what is in the cache; `own` is a file that was just made in it. */
  warnIfLoose(own: string): void {
    if (this.#isLooked) return;
    this.#isLooked = true;
    const root = this.#files.factsBehind(this.path);
    const ownerIsOther = root?.mode !== undefined && root.owner !== this.#files.facts(own)?.owner;
    if (root?.mode === undefined || (!ownerIsOther && (root.mode & LOOSE) === 0)) return;
    const reason = ownerIsOther ? "belongs to another user" : `has the mode 0${(root.mode & 0o777).toString(8)}`;
    this.#options.warnOnce(
      "loose cache directory",
      `other users can put entries into the disk cache as its directory ${reason}: make it your own with mode 0700, or ` +
        "choose another 'cacheDir'",
    );
  }

  #look(directory: string, nowMs: number): void {
    let path = this.path;
    let isThere = isDirectory(this.#rootFacts());
    for (const part of directory.split("/")) {
      if (!isThere) return;
      path += `/${part}`;
      isThere = isDirectory(this.#files.facts(path));
    }
    if (!isThere) return;
    if (this.#trustedUntilMs.size >= MAX_REMEMBERED) this.#trustedUntilMs.clear();
    this.#trustedUntilMs.set(directory, nowMs + TRUSTED_MS);
  }

  #rootFacts(): FileFacts | undefined {
    const { isNamed, path } = this.#options;
    return isNamed ? this.#files.factsBehind(path) : this.#files.facts(path);
  }
}

/** What is neither there nor a directory will tell by itself; only a link would go unnoticed. */
function isDirectory(facts: FileFacts | undefined): boolean {
  if (facts?.kind !== "other") return facts?.kind === "directory";
  throw new ConfigurationError(
    "Cannot use the disk cache as 'cacheDir' must hold folders of the cache alone: received a link in the place of one; " +
      "remove it, or choose another 'cacheDir'",
  );
}
