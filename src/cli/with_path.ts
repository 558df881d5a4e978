import { errorText } from "../errors/error_label.ts";
import { printable } from "../errors/printable.ts";
import { UsageError } from "./usage_error.ts";

/**
 * What `use` returns of a file that a flag names.
 *
 * @param flag The flag.
 * @param path The file.
 * @param use Reads or writes it.
 * @returns What `use` returns.
 * @throws {UsageError} If that fails; it names the flag and the file.
 */
export function withPath<Result>(flag: string, path: string, use: () => Result): Result {
  try {
    return use();
  } catch (error) {
    throw pathError(flag, path, error);
  }
}

/**
 * The parts of a file that a flag names.
 *
 * @param flag The flag.
 * @param path The file.
 * @param chunks Its parts.
 * @returns The same.
 * @throws {UsageError} If they cannot be read; it names the flag and the file.
 */
export async function* chunksOf(
  flag: string,
  path: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* chunks;
  } catch (error) {
    throw pathError(flag, path, error);
  }
}

function pathError(flag: string, path: string, error: unknown): UsageError {
  const reason = errorText(error) ?? "unknown";
  return new UsageError(printable(`${flag} ${path}: the file cannot be used: ${reason}`), { cause: error });
}
