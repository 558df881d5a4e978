import { decodeGraph } from "../cache/codec/graph_decoder.ts";
import { encodeValue } from "../cache/codec/cache_codec.ts";
import { serializeArguments } from "../cache/key/cache_key.ts";
import { jsonKeyOf } from "../cache/key/json_key.ts";
import { BUILT } from "../cache/key/local_key.ts";
import { ConfigurationError } from "../errors/configuration_error.ts";
import { isInstance, readText } from "../errors/read_field.ts";
import { quoted } from "../errors/printable.ts";
import { SerializationError } from "../errors/serialization_error.ts";
import type { KnownItem } from "../journal/recorded_places.ts";
import { ItemKeys } from "../journal/item_keys.ts";
import type { Journal } from "../journal/journal.ts";
import type { ResolvedJournal } from "../journal/journal_options.ts";
import type { OkRecord, RecordedError, RecordFacts, WrittenValue } from "../journal/journal_record.ts";
import { wrongOption } from "../options/validate.ts";

/** What of the arguments of a call, which are an item alone, distinguishes it from others. */
export type KeyArguments = (args: readonly unknown[]) => readonly unknown[];

/** What becomes of an item that a run comes to: it runs, its value is there, or it is skipped. */
export type ItemPlan = "run" | "skip" | KnownItem;

/** What is asked of a journal for the items of a run. */
export type RecordedItems = Pick<Journal, "find" | "read" | "write"> & Partial<Pick<Journal, "see">>;

/** The items of one run as a journal knows them. */
export class ItemJournal {
  readonly #journal: RecordedItems;
  readonly #options: ResolvedJournal;
  readonly #name: string;
  /** What the keys of its calls begin with. */
  readonly #callKeyStart: string;
  readonly #keys: ItemKeys;
  readonly #keyArguments: KeyArguments;

  /** The items of a run of the function of this name, in `journal`, which is open. */
  constructor(
    journal: RecordedItems,
    options: ResolvedJournal,
    functionName: string,
    keyArguments: KeyArguments = (args) => args,
  ) {
    this.#keyArguments = keyArguments;
    this.#keys = new ItemKeys((key) => journal.see?.(key));
    this.#journal = journal;
    this.#options = options;
    this.#name = quoted(functionName);
    this.#callKeyStart = `${this.#name.replace(/[^\w.-]/g, "")}@${options.version ?? "0"}/`;
  }

  /**
   * The key of the next item.
   *
   * @throws {ConfigurationError} If it holds what cannot be compared by value, or what `key` returned is no text.
   */
  keyOf(item: unknown, index: number | undefined): string {
    const { key } = this.#options;
    return this.#keys.next(key === undefined ? this.#textOf(item, index) : this.#ownText(key(item)));
  }

  /** What an item with this key has in common with itself in later runs, and with nothing else, in plain letters. */
  callKeyOf(key: string): string {
    return this.#callKeyStart + key;
  }

  /** What becomes of the item with this key. */
  planFor(key: string): ItemPlan {
    const { resume } = this.#options;
    if (resume === "off") return "run";
    const known = this.#journal.find(key);
    if (known?.isOk) return known;
    if (resume === "unfinished") return "run";
    return (known === undefined) === (resume === "new") ? "run" : "skip";
  }

  /**
   * What was recorded of an item that has a value, and the value.
   *
   * @throws {JournalError} If it is no longer there.
   */
  restore(key: string, known: KnownItem): { readonly record: OkRecord; readonly value: unknown } {
    const record = this.#journal.read(key, known) as OkRecord;
    return { record, value: decoded(record.value) };
  }

  /**
   * Records a value; the promise, if there is one, resolves once that is safe.
   *
   * @throws {SerializationError} If it holds what would not come back as it is.
   */
  recordValue(facts: RecordFacts, value: unknown, index: number | undefined): void | Promise<void> {
    return this.#journal.write({ ...facts, status: "ok", value: this.#written(value, index) });
  }

  /** Records a failure; the promise, if there is one, resolves once that is safe. */
  recordFailure(facts: RecordFacts, error: RecordedError): void | Promise<void> {
    return this.#journal.write({ ...facts, status: "failed", error });
  }

  #written(value: unknown, index: number | undefined): WrittenValue {
    if (value === undefined) return { form: "", json: "" };
    try {
      const { mark, payload } = encodeValue(value);
      return { form: mark === "j" ? "v" : "g", json: payload };
    } catch (error) {
      const reason = readText(error, "message")?.replace("Cannot keep the value as ", "") ?? "reading it failed";
      throw new SerializationError(
        `Cannot record the result of item ${index} of ${this.#name} in the journal as ${reason}`,
        { cause: error },
      );
    }
  }

  #textOf(item: unknown, index: number | undefined): string {
    try {
      const args = this.#keyArguments([item]);
      // Of an item that is a list of alternatives nothing else is there.
      const counted = args.length === 0 ? [item] : args;
      return jsonKeyOf(counted) ?? BUILT + serializeArguments(counted);
    } catch (error) {
      if (!isInstance(error, ConfigurationError)) throw error;
      const desired = `given for items that hold what cannot be compared by value, such as item ${index}`;
      throw new ConfigurationError(`Cannot map ${this.#name} as 'journal.key' must be ${desired}`, { cause: error });
    }
  }

  #ownText(key: unknown): string {
    if (typeof key === "string") return key;
    const desired = "a function that returns a string";
    throw wrongOption(`map ${this.#name}`, "journal.key", { desired, isPrivate: true }, key);
  }
}

function decoded({ form, json, parsed }: WrittenValue): unknown {
  return form === "g" ? decodeGraph(json) : parsed;
}
