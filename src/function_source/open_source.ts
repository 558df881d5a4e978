import type { Token } from "./javascript_tokens.ts";
import { readAssignment, readExpression } from "./read_expression.ts";
import { readOperand } from "./read_operand.ts";
import { readStatements } from "./read_statement.ts";
import { ScopeTracker } from "./scope_tracker.ts";
import { type Grammar, PLAIN, type SourceReading } from "./source_reading.ts";
import { TokenCursor } from "./token_cursor.ts";

const JAVASCRIPT: Grammar = { readExpression, readAssignment, readOperand, readStatements };

/**
 * Begins to read `source`, which stands outside of any function.
 *
 * @param source The text of a function or an expression.
 * @param onPass Gets each token that the reading passes; some more than once.
 * @returns The reading, at the first token.
 * @throws {SyntaxError} If no token begins there.
 */
export function openSource(source: string, onPass?: (token: Token) => void): SourceReading {
  return {
    tokens: new TokenCursor(source, onPass),
    scopes: new ScopeTracker(),
    grammar: JAVASCRIPT,
    arrows: new Map(),
    traits: PLAIN,
  };
}
