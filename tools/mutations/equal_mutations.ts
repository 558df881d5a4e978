/** A change that no test can notice, since what is seen from outside stays the same. */
export interface EqualMutation {
  /** The file, from the project's root. */
  readonly file: string;
  /** The line as it stands in the file, without the white space around it. */
  readonly line: string;
  /** The kind of change, as the report names it. */
  readonly kind: string;
  /** Why nobody can tell the difference. */
  readonly reason: string;
}

/** What was looked at and found equal in behaviour, with the reason. */
export const EQUAL_MUTATIONS: readonly EqualMutation[] = [
  {
    file: "src/map/map_stream.ts",
    line: "if (this.#firstReader === undefined && this.#buffer.hasNext) {",
    kind: "=== becomes !==",
    reason: "the short way for a result that is there already; the long way hands out the same",
  },
  {
    file: "src/map/item_outcome.ts",
    line: "const retries = call === undefined ? 0 : stateOfRun(call)?.retry ?? 0;",
    kind: "?? dropped",
    reason: "undefined is not greater than 0 either",
  },
  {
    file: "src/cache/disk/disk_sweeper.ts",
    line: 'const head = this.#files.readHead(path) ?? "";',
    kind: "?? dropped",
    reason: "the text 'undefined' is no beginning of an entry either",
  },
  {
    file: "src/runtime/sha256.ts",
    line: 'if (loadedCrypto === undefined) loadedCrypto = builtinModule<CryptoModule>("node:crypto") ?? null;',
    kind: "?? dropped",
    reason: "where the runtime has none it is asked for again with each key, and answers the same",
  },
  {
    file: "src/cache/disk/disk_cutoff.ts",
    line: "for (let round = 0; round < ROUNDS && toMs > fromMs; round++) {",
    kind: "> becomes >=",
    reason: "a span without length is taken apart into spans without length, and comes out as it was",
  },
  {
    file: "src/cache/key/object_content.ts",
    line: "if (keys.length > 32) return keys.sort();",
    kind: "if turned round",
    reason: "both ways sort by code units, one is faster for few names and the other for many",
  },
  {
    file: "src/cache/sqlite/busy_queue.ts",
    line: "const MIN_WAIT_MS = 1;",
    kind: "number + 1",
    reason: "a timer of the runtime comes late by as much",
  },
  {
    file: "src/cache/sqlite/sqlite_file.ts",
    line: "#isOwn = false;",
    kind: "false becomes true",
    reason: "the first file has an identity, which sets it back, and a database in memory is always the library's own",
  },
  {
    file: "src/journal/key_table.ts",
    line: "const SPREAD = 0x9e3779b1;",
    kind: "number + 1",
    reason: "keys lie in other slots, and are found there",
  },
  {
    file: "src/journal/line_window.ts",
    line: "for (let read = 1; read > 0 && this.#filled < this.#buffer.length; this.#filled += read) {",
    kind: "< becomes <=",
    reason: "to read no bytes into a full buffer gives none, which ends it as well",
  },
];
