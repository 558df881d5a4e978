/** One small change of a source file that a test should notice. */
export interface Mutation {
  /** The file, from the project's root. */
  readonly file: string;
  /** Where the change begins, in UTF-16 code units from the start of the file. */
  readonly start: number;
  /** Where what is replaced ends. */
  readonly end: number;
  /** What stands there instead. */
  readonly replacement: string;
  /** What kind of change it is, such as `< becomes <=`. */
  readonly kind: string;
}

/** A mutation as a line of a report: where, which kind, and the line as it was. */
export function describeMutation(mutation: Mutation, source: string): string {
  const line = source.slice(0, mutation.start).split("\n").length;
  return `${mutation.file}:${line}: ${mutation.kind}: ${lineOf(mutation, source)}`;
}

/** The whole line in which `mutation` begins, without the white space around it. */
export function lineOf(mutation: Mutation, source: string): string {
  const from = source.lastIndexOf("\n", mutation.start - 1) + 1;
  const to = source.indexOf("\n", mutation.start);
  return source.slice(from, to === -1 ? source.length : to).trim();
}

/** `source` with `mutation` made in it. */
export function applyMutation(mutation: Mutation, source: string): string {
  return source.slice(0, mutation.start) + mutation.replacement + source.slice(mutation.end);
}
