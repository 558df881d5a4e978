import { isOfKind } from "../errors/error_kind.ts";
import { errorName, errorText, rootOf } from "../errors/error_label.ts";
import { httpStatusOf } from "../errors/http_status.ts";
import { printable } from "../errors/printable.ts";
import { readField, readList } from "../errors/read_field.ts";
import type { RecordedError } from "../journal/journal_record.ts";
import { maskMessage } from "../run_stats/mask_message.ts";

const MAX_ATTEMPTS = 20;
const MAX_MESSAGE_LENGTH = 500;

/** A code that may be written: a word, as codes are. */
const PLAIN_CODE = /^[\w.$:/-]{1,64}$/;

/**
 * What is recorded of an error that failed an item: what its last attempt threw, without what may come from the item.
 *
 * @param error What the call of the item rejected with.
 * @param item The item.
 * @returns The record.
 */
export function recordedError(error: unknown, item: unknown): RecordedError {
  const root = rootOf(error);
  const text = printable(maskMessage(errorText(root) ?? "", item));
  const attempts = isOfKind(error, "ALL_FAILED") ? readList(error, "attempts", MAX_ATTEMPTS) : [];
  return {
    name: errorName(root),
    message: text.length > MAX_MESSAGE_LENGTH ? `${text.slice(0, MAX_MESSAGE_LENGTH)}…` : text,
    status: statusOf(root),
    attempts: attempts.map((attempt) => readField(attempt, "error")).map((each) =>
      String(statusOf(each) ?? errorName(each))
    ),
  };
}

function statusOf(error: unknown): string | number | undefined {
  const code = httpStatusOf(error) ?? readField(error, "code");
  return typeof code === "number" || (typeof code === "string" && PLAIN_CODE.test(code)) ? code : undefined;
}
