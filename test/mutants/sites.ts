// Where a program can be made wrong in one place, found in its syntax tree: a mutant's name says the file, the function,
// the kind of change, and which of that kind in that function. It stays the same while lines move and formatters work.
//
//   trust/slots.ts#Slots.promote:guard:1     the first check in `promote` of class `Slots` is gone

import { type ParserOptions, parse } from "@babel/parser";
import type * as Tree from "@babel/types";

export type Node = Tree.Node & { start: number; end: number };

/**
 * `guard`: a condition under which it ends here (refuses, throws, returns, goes on) is removed. `step`: a statement that calls or assigns is removed.
 * `bound`: a comparison is off by one. `logic`: `&&` and `||` are swapped. `negate`: the condition of a `?:` or of an
 * `if` with an `else`. `limit`: a constant is one higher. `swap`: two calls, one after the
 * other, change places.
 */
export const KINDS = Object.freeze(["guard", "step", "bound", "logic", "negate", "limit", "swap"] as const);
export type Kind = (typeof KINDS)[number];

/** One place in one file: this text takes its place. */
export interface Change {
	start: number;
	end: number;
	becomes: string;
}

export interface Site extends Change {
	kind: Kind;
	/** `Class.method`, a function's name, or `-` at the top of a file. */
	place: string;
	/** Which of its kind at that place, from 1. */
	index: number;
}

const PARSER: ParserOptions = { sourceType: "module", plugins: ["typescript"] };
const OFF_BY_ONE: Record<string, string> = { "<": "<=", "<=": "<", ">": ">=", ">=": ">" };
const OTHER_LOGIC: Record<string, string> = { "&&": "||", "||": "&&" };
const IS_LIMIT = /^(MAXIMUM|MOST|LONGEST|SHORTEST|LAST|CAPACITY|AT_BOOT|ATTEMPTS|RETRY)(_|$)/;

export function parseSource(source: string): Node {
	return parse(source, PARSER).program as Node;
}

/** All sites of a file, in the order of the text. */
export function sitesOf(source: string): Site[] {
	const sites: Site[] = [];
	const guarded = new Set<Tree.Node>(); // with their condition they are one site
	const counts = new Map<string, number>();
	walk(parseSource(source), (node, place) => {
		const add = (kind: Kind, { start, end }: Change | Node, becomes: string) => {
			const key = `${place}:${kind}`;
			const index = (counts.get(key) ?? 0) + 1;
			counts.set(key, index);
			sites.push({ kind, place, index, start, end, becomes });
		};
		if (node.type === "IfStatement" && !node.alternate) guarded.add(onlyStatementOf(node.consequent));
		if (node.type === "ExpressionStatement" && guarded.has(node)) return;
		for (const [kind, part, becomes] of changesAt(node, source)) add(kind, part, becomes);
	});
	return sites;
}

function* changesAt(node: Node, source: string): Generator<[Kind, Change | Node, string]> {
	const text = (part: object | null | undefined) => textOf(part as Node, source);
	switch (node.type) {
		case "IfStatement":
			if (node.alternate) yield ["negate", node.test as Node, `!(${text(node.test)})`];
			else yield [leaves(node.consequent) ? "guard" : "step", node, ";"];
			return;
		case "ConditionalExpression":
			yield ["negate", node.test as Node, `!(${text(node.test)})`];
			return;
		case "ExpressionStatement":
			yield ["step", node, ";"];
			return;
		case "BinaryExpression":
			if (node.operator in OFF_BY_ONE) yield ["bound", operatorOf(node, source), OFF_BY_ONE[node.operator]];
			return;
		case "LogicalExpression":
			// In brackets: `??` beside another operator needs them.
			if (node.operator in OTHER_LOGIC)
				yield ["logic", node, `((${text(node.left)}) ${OTHER_LOGIC[node.operator]} (${text(node.right)}))`];
			return;
		case "VariableDeclarator":
			if (node.id.type === "Identifier" && IS_LIMIT.test(node.id.name) && isNumber(node.init))
				yield ["limit", node.init as Node, `(${text(node.init)}) + 1`];
			return;
		case "BlockStatement":
			for (let i = 1; i < node.body.length; i++) {
				const [first, second] = [node.body[i - 1], node.body[i]] as Node[];
				if (!isCall(first) || !isCall(second)) continue;
				const between = source.slice(first.end, second.start);
				yield ["swap", { start: first.start, end: second.end, becomes: "" }, text(second) + between + text(first)];
			}
	}
}

/** Whether nothing after this statement runs. */
function leaves(consequent: Tree.Statement): boolean {
	const statement = onlyStatementOf(consequent);
	switch (statement.type) {
		case "ReturnStatement":
		case "ThrowStatement":
		case "ContinueStatement":
		case "BreakStatement":
			return true;
		case "ExpressionStatement": {
			const { expression } = statement;
			return (
				expression.type === "CallExpression" &&
				expression.callee.type === "Identifier" &&
				expression.callee.name === "refuse"
			);
		}
		default:
			return false;
	}
}

function onlyStatementOf(statement: Tree.Statement): Tree.Statement {
	return statement.type === "BlockStatement" && statement.body.length === 1 ? statement.body[0] : statement;
}

function isCall(node: Node): boolean {
	return node.type === "ExpressionStatement" && node.expression.type === "CallExpression";
}

function isNumber(node: Tree.Node | null | undefined): boolean {
	if (node?.type === "BinaryExpression") return isNumber(node.left) && isNumber(node.right);
	return node?.type === "NumericLiteral";
}

function operatorOf({ left, operator, right }: Tree.BinaryExpression, source: string): Change {
	const start = source.indexOf(operator, (left as Node).end);
	if (start < 0 || start >= (right as Node).start) throw new Error(`no ${operator} where the tree has one`);
	return { start, end: start + operator.length, becomes: "" };
}

export function textOf({ start, end }: Node, source: string): string {
	return source.slice(start, end);
}

/** Each node with the place that it belongs to; whoever is outside comes first. */
export function walk(root: Node, visit: (node: Node, place: string) => void): void {
	const go = (value: unknown, owner: string, place: string): void => {
		if (Array.isArray(value)) for (const each of value) go(each, owner, place);
		if (!isNode(value)) return;
		const name = nameOf(value);
		if (value.type === "ClassDeclaration") owner = `${name}.`;
		else if (name !== undefined) place = owner + name;
		visit(value, place);
		for (const [key, child] of Object.entries(value)) if (key !== "loc") go(child, owner, place);
	};
	go(root, "", "-");
}

function isNode(value: unknown): value is Node {
	return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}

function nameOf(node: Node): string | undefined {
	switch (node.type) {
		case "ClassDeclaration":
		case "FunctionDeclaration":
			return node.id?.name;
		case "ClassMethod":
			return (node.key as Tree.Identifier).name;
		case "ClassPrivateMethod":
			return `#${node.key.id.name}`;
		default:
			return undefined;
	}
}
