import ts from "typescript";
import type { Mutation } from "./mutation.ts";

type Change = Omit<Mutation, "file">;

/** An operator, and what it becomes: boundaries are moved, conditions turned round, sums taken the other way. */
const OPERATORS: Readonly<Record<string, string>> = {
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "===": "!==",
  "!==": "===",
  "&&": "||",
  "||": "&&",
  "+": "-",
  "-": "+",
  "*": "/",
  "+=": "-=",
  "-=": "+=",
};

/** Every place of `source` that can be changed so that the behaviour should change, and how. */
export function findMutations(file: string, source: string): Mutation[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const found: Mutation[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) return;
    for (const change of changesOf(node, tree)) found.push({ file, ...change });
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function changesOf(node: ts.Node, tree: ts.SourceFile): Change[] {
  if (ts.isBinaryExpression(node)) return changedOperator(node, tree);
  if (ts.isConditionalExpression(node)) return [swappedArms(node, tree)];
  if (ts.isIfStatement(node)) {
    return [replaced(node.expression, tree, `!(${text(node.expression, tree)})`, "if turned round")];
  }
  if (ts.isExpressionStatement(node)) return droppedStatement(node, tree);
  if (ts.isNumericLiteral(node)) return [replaced(node, tree, `(${text(node, tree)} + 1)`, "number + 1")];
  if (node.kind === ts.SyntaxKind.TrueKeyword) return [replaced(node, tree, "false", "true becomes false")];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return [replaced(node, tree, "true", "false becomes true")];
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
    return [replaced(node, tree, `!!${text(node.operand, tree)}`, "! dropped")];
  }
  return [];
}

function changedOperator(node: ts.BinaryExpression, tree: ts.SourceFile): Change[] {
  const operator = text(node.operatorToken, tree);
  const isText = [node.left, node.right].some((side) => ts.isStringLiteralLike(side) || ts.isTemplateExpression(side));
  const other = OPERATORS[operator];
  if (other !== undefined && !(operator === "+" && isText)) {
    return [replaced(node.operatorToken, tree, other, `${operator} becomes ${other}`)];
  }
  if (operator === "??") return [replaced(node, tree, `(${text(node.left, tree)})!`, "?? dropped")];
  return [];
}

function swappedArms(node: ts.ConditionalExpression, tree: ts.SourceFile): Change {
  const { condition, whenTrue, whenFalse } = node;
  const swapped = `${text(condition, tree)} ? ${text(whenFalse, tree)} : ${text(whenTrue, tree)}`;
  return replaced(node, tree, swapped, "arms swapped");
}

/** A call to `super()` cannot be left out. */
function droppedStatement(node: ts.ExpressionStatement, tree: ts.SourceFile): Change[] {
  const isSuper = ts.isCallExpression(node.expression) &&
    node.expression.expression.kind === ts.SyntaxKind.SuperKeyword;
  return isSuper ? [] : [replaced(node, tree, ";", "statement dropped")];
}

function replaced(node: ts.Node, tree: ts.SourceFile, replacement: string, kind: string): Change {
  return { start: node.getStart(tree), end: node.getEnd(), replacement, kind };
}

function text(node: ts.Node, tree: ts.SourceFile): string {
  return node.getText(tree);
}
