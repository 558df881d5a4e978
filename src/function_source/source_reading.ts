import type { Token } from "./javascript_tokens.ts";
import type { Reference, ScopeTracker } from "./scope_tracker.ts";
import type { TokenCursor } from "./token_cursor.ts";

/** What makes `await` and `yield` keywords within a function. */
export interface Traits {
  /** Whether `await` is a keyword. */
  readonly isAsync: boolean;
  /** Whether `yield` is a keyword. */
  readonly isGenerator: boolean;
}

/** The traits of a function that is neither async nor a generator. */
export const PLAIN: Traits = { isAsync: false, isGenerator: false };

/** An arrow function that has been read. */
export interface ReadArrow {
  /** The token after it. */
  readonly end: Token;
  /** What it uses of the scopes around it. */
  readonly references: readonly Reference[];
}

/**
 * The parts of a source that may contain each other: a pattern has expressions as defaults, an expression has
 * functions, a function has patterns and statements. What reads one part calls the others by these, as files do not
 * import each other in a ring.
 */
export interface Grammar {
  /** Reads an expression, commas included. */
  readonly readExpression: (reading: SourceReading) => void;
  /** Reads an expression up to a comma that is not within it. */
  readonly readAssignment: (reading: SourceReading) => void;
  /** Reads an operand with what is appended to it. */
  readonly readOperand: (reading: SourceReading) => void;
  /** Reads statements up to a closing brace or the end. */
  readonly readStatements: (reading: SourceReading) => void;
}

/** A source while it is read. */
export interface SourceReading {
  /** Where the reading stands. */
  readonly tokens: TokenCursor;
  /** What has been declared and used so far. */
  readonly scopes: ScopeTracker;
  /** What reads the parts that contain each other. */
  readonly grammar: Grammar;
  /** The arrow functions read so far, by where their parentheses begin: each nested one is read a bounded number of times. */
  readonly arrows: Map<number, ReadArrow>;
  /** What the function around the cursor is. */
  traits: Traits;
}
