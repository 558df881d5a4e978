/** A message is no longer than that before it is masked. */
const MAX_LENGTH = 2_000;
const MASK = "•••";

/** Shorter texts of an item, such as a country, say little, and stand in many words. */
const MIN_TEXT_LENGTH = 3;
const MAX_TEXTS = 1_000;
const MAX_DEPTH = 8;

/** What may be private wherever it stands. Each is linear in the length of the text. */
const PRIVATE: readonly RegExp[] = [
  // Addresses, which hold names, passwords and queries.
  /\b[a-z][a-z\d+.-]{0,20}:\/\/[^\s"'`<>]+/gi,
  /[^\s"'`<>@=:,;()]{1,64}@[^\s"'`<>@,;()]+/g,
  // What a header or an assignment gives.
  /\b(?:bearer|basic|digest|token|apikey|api[-_ ]key)\s+[^\s"'`,;]+/gi,
  /(?<=[\w\])]\s?=\s?)[^\s"'`,;()]+/g,
  /(?<=(?:pass\w{0,20}|secret|token|key|authorization|cookie|session|credentials?)\s?:\s?)[^\s"'`,;()]+/gi,
  // What is quoted is what the sentence is about.
  /(?<=")[^"]+(?=")|(?<=`)[^`]+(?=`)|(?<=(?:^|[\s(:=]))'[^']+'/g,
  // Paths, names with digits in them, long numbers, long words without an end.
  /(?<=^|[\s(])(?:\.{0,2}\/|[A-Za-z]:\\)[^\s"'`]+/g,
  /(?<![\w.-])(?=[\w.+/-]*\d)(?=[\w.+/-]*[A-Za-z_])[\w.+/=-]{4,}/g,
  /\d{5,}/g,
  /[\w+/=-]{24,}/g,
];

/**
 * The message of an error without what may be private: addresses, what is quoted or assigned, names with digits, long
 * numbers and words, and every text that `item` holds.
 *
 * @param message The message, of any length.
 * @param item The item that failed, if it is known.
 * @returns The message with masks, cut where it is long.
 */
export function maskMessage(message: string, item?: unknown): string {
  let masked = message.slice(0, MAX_LENGTH);
  // The longest first, as one text may be a part of another.
  const texts = [...textsIn(item)].sort((one, other) => other.length - one.length);
  for (const text of texts) masked = masked.replaceAll(text, MASK);
  for (const pattern of PRIVATE) masked = masked.replace(pattern, MASK);
  return masked.replace(/•{3}(?:[•\s]*•{3})+/g, MASK);
}

/** The texts and numbers that an item holds, of some length. */
function textsIn(item: unknown): Set<string> {
  const texts = new Set<string>();
  collectTexts(item, texts, 0);
  return texts;
}

function collectTexts(value: unknown, texts: Set<string>, depth: number): void {
  if (texts.size >= MAX_TEXTS || depth > MAX_DEPTH) return;
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") {
    const text = String(value);
    if (text.length >= MIN_TEXT_LENGTH) texts.add(text);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  try {
    for (const inner of Object.values(value)) collectTexts(inner, texts, depth + 1);
  } catch {
    // A getter of the user's that throws has no text to hide.
  }
}
