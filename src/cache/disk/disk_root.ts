import type { Clock } from "../../time/clock.ts";
import { ConfigurationError } from "../../errors/configuration_error.ts";
import type { FileFacts, Files } from "../../runtime/files.ts";

/** How long a directory that was looked at is taken to be unchanged. */
const TRUSTED_MS = 1_000;

/** How many directories are remembered; at the next one all are forgotten. */
const MAX_REMEMBERED = 4_096;

/** Others may change what is in it. */
const LOOSE = 0o022;

/** Where a cache of files lives, and who warns of it. */
export interface DiskRootOptions {
  /** The directory. */
  readonly path: string;
  /** Whether the user named it: then it may be a link, as he knows where it leads. */
  readonly isNamed: boolean;
  /** Gives the time of day, by which a lookup stays valid for a while. */
  readonly clock: Pick<Clock, "wallNow">;
  /** Warns of what is wrong with the set-up, once. */
  readonly warnOnce: (kind: string, message: string) => void;
}

/**
 * The directory of a cache of files. What came with foreign files, as those of a repository, may hold links in the
 * place of the cache's own folders: nothing is read, written or removed through one.
 */
export class DiskRoot {
  /** The directory. */
  readonly path: string;
  readonly #options: DiskRootOptions;
  readonly #files: Files;
  /** The directories that were looked at, by their parts with a dot between. */
  readonly #known = new Map<string, KnownDirectory>();
  #isChecked = false;

  /** The directory that `options` name, which need not be there yet. */
  constructor(options: DiskRootOptions, files: Files) {
    this.path = options.path;
    this.#options = options;
    this.#files = files;
  }

  /**
   * The path of a directory in it.
   *
   * @param directory Its parts from the root on, with a dot between.
   * @param wallMs The time of day, for who has just read it.
   * @throws {ConfigurationError} If it is a link or any of those above it in the cache is.
   */
  pathOf(directory: string, wallMs: number = this.#options.clock.wallNow()): string {
    return this.#lookUp(directory, wallMs).path;
  }

  /** {@link DiskRoot.pathOf} of a directory that is there; to read from a missing one fails with an error. */
  pathIfThere(directory: string, wallMs: number): string | undefined {
    const known = this.#lookUp(directory, wallMs);
    return isTrusted(known, wallMs) ? known.path : undefined;
  }

  /** Warns where others may change what is in the cache; `own` is a file that was just made in it. */
  warnIfLoose(own: string): void {
    if (this.#isChecked) return;
    this.#isChecked = true;
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

  /** What is known of a directory: most often those above it need no look of their own, and it is trusted as long as they are. */
  #lookUp(directory: string, wallMs: number): KnownDirectory {
    const known = this.#known.get(directory);
    if (known !== undefined && isTrusted(known, wallMs)) return known;
    if (directory === "") return this.#remember(directory, this.path, wallMs, isDirectory(this.#rootFacts()));
    const dot = directory.lastIndexOf(".");
    const above = this.#lookUp(directory.slice(0, Math.max(0, dot)), wallMs);
    const path = `${above.path}/${directory.slice(dot + 1)}`;
    const isThere = isTrusted(above, wallMs) && isDirectory(this.#files.facts(path));
    return this.#remember(directory, path, above.checkedMs, isThere);
  }

  /** What is not there yet may be made at any time. */
  #remember(directory: string, path: string, checkedMs: number, isThere: boolean): KnownDirectory {
    if (!isThere) return { path, checkedMs: -Infinity };
    if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
    const known = { path, checkedMs };
    this.#known.set(directory, known);
    return known;
  }

  #rootFacts(): FileFacts | undefined {
    const { isNamed, path } = this.#options;
    return isNamed ? this.#files.factsBehind(path) : this.#files.facts(path);
  }
}

interface KnownDirectory {
  readonly path: string;
  /** When it, or one of those above it, was last looked at; `-Infinity` where it was not there. */
  readonly checkedMs: number;
}

/** Where the time of day goes back, it is time to look. */
function isTrusted({ checkedMs }: KnownDirectory, wallMs: number): boolean {
  return wallMs >= checkedMs && wallMs < checkedMs + TRUSTED_MS;
}

/** What is neither there nor a directory will tell by itself; only a link would go unnoticed. */
function isDirectory(facts: FileFacts | undefined): boolean {
  if (facts?.kind !== "other") return facts?.kind === "directory";
  throw new ConfigurationError(
    "Cannot use the disk cache as 'cacheDir' must hold folders of the cache alone: received a link in place of one; " +
      "remove it, or choose another 'cacheDir'",
  );
}
