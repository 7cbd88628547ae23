// Mutants that no rule makes: decisions that were once turned round by hand without any test seeing it. Their places are
// found by what they are, a call or a property in a function, not by their text.

import type * as Tree from "@babel/types";
import { type Change, type Node, parseSource, textOf, walk } from "./sites.js";

export interface Handmade {
	/** A sentence. */
	name: string;
	file: string; // in firmware/
	place: string; // the function, as sites.ts names it
	/** The node to replace. The only one of its kind there. */
	is: (node: Node) => Node | undefined;
	becomes: (text: string) => string;
}

export const handmade: readonly Handmade[] = [
	{
		name: "the download server is authenticated by next too",
		file: "updater.ts",
		place: "Updater.#get",
		is: argument("connect", 1),
		becomes: () => "[holder, this.#options.slots.next ?? holder].map(each => each.anchor)",
	},
	{
		name: "a failed poll counts as success",
		file: "baton.ts",
		place: "Baton.constructor",
		is: property("poll"),
		becomes: () => "() => this.poll().then(() => 'answered')",
	},
	{
		name: "an open poll counts as success",
		file: "baton.ts",
		place: "Baton.constructor",
		is: property("poll"),
		becomes: text => `() => (${text})().then(said => said === "open" ? "answered" : said)`,
	},
	{
		name: "an open poll is never told that it was answered",
		file: "baton.ts",
		place: "Baton.constructor",
		is: property("onAnswered"),
		becomes: () => "undefined",
	},
	{
		name: "the factory's place is taken before a due promotion",
		file: "trust/slots.ts",
		place: "Slots.repair",
		is: call("redoPromotion"),
		becomes: text => `(${text}, this.#placeFactory(report))`,
	},
	{
		name: "an update that had to wait is dropped",
		file: "baton.ts",
		place: "Baton.constructor",
		is: property("later"),
		becomes: () => "() => {}",
	},
	{
		name: "an update that had to wait runs outside of a session",
		file: "baton.ts",
		place: "Baton.constructor",
		is: property("later"),
		becomes: () => "update => void update()",
	},
	{
		name: "an update that had to wait makes no connection after it",
		file: "authenticator.ts",
		place: "Authenticator.#connect",
		is: argument("later", 0),
		becomes: () => "() => this.#options.updater.updateOnDemand()",
	},
	{
		name: "next's addresses are asked although current's have brought something",
		file: "updater.ts",
		place: "Updater.#update",
		is: first("IfStatement"),
		becomes: text => text.replace(/!\s*round\.brought/, "true"),
	},
	{
		name: "credits do not begin a session",
		file: "baton.ts",
		place: "Baton.constructor",
		is: property("onCredit"),
		becomes: () => "undefined",
	},
	{
		name: "the default deadline is ten times as long",
		file: "baton.ts",
		place: "Baton.constructor",
		is: byDefault("deadline"),
		becomes: text => `10 * ${text}`,
	},
	{
		name: "the default service interval is ten times as long",
		file: "main.ts",
		place: "main",
		is: byDefault("serviceInterval"),
		becomes: text => `10 * ${text}`,
	},
	{
		name: "the default poll interval is half as long",
		file: "baton.ts",
		place: "Baton.constructor",
		is: byDefault("pollInterval"),
		becomes: text => `(${text}) / 2`,
	},
	{
		name: "failures are not limited",
		file: "poller.ts",
		place: "-",
		is: constant("MAXIMUM_FAILURES"),
		becomes: () => "Infinity",
	},
	{
		name: "the bucket refills twice as fast",
		file: "baton.ts",
		place: "Baton.constructor",
		is: argument("TokenBucket", 1),
		becomes: text => `Math.ceil((${text}) / 2)`,
	},
	{
		name: "the fragment length that was provisioned is forgotten",
		file: "baton.ts",
		place: "Baton.constructor",
		is: argument("BoardNetwork", 2),
		becomes: () => "{}",
	},
	{
		name: "retired DL keys are forgotten",
		file: "baton.ts",
		place: "Baton.constructor",
		is: property("retiredDlKeys"),
		becomes: () => "undefined",
	},
	{
		name: "a response may be of any length",
		file: "updater.ts",
		place: "Updater.#get",
		is: property("bodyLimit"),
		becomes: () => "Infinity",
	},
	{
		name: "a connect time-out is told as another",
		file: "session.ts",
		place: "Exchange.connect",
		is: first("ConditionalExpression"),
		becomes: () => '"time-out"',
	},
	{
		name: "a connection's timer is not cleared",
		file: "session.ts",
		place: "Exchange.#end",
		is: call("clear"),
		becomes: () => "undefined",
	},
];

/** Where it is in `source`. Throws unless there is exactly one such place. */
export function changeOf({ name, place, is, becomes }: Handmade, source: string): Change {
	const found: Node[] = [];
	walk(parseSource(source), (node, at) => {
		const part = at === place ? is(node) : undefined;
		if (part && !(is.name === "isFirst" && found.length > 0)) found.push(part);
	});
	if (found.length !== 1) throw new Error(`expected one place for "${name}", got ${found.length}`);
	const [{ start, end }] = found;
	return { start, end, becomes: becomes(textOf(found[0], source)) };
}

/** A call, or a construction, of whatever has that name: `f(…)`, `a.f(…)`, `new F(…)`. */
function call(name: string) {
	return (node: Node): Node | undefined => (isCallOf(node, name) ? node : undefined);
}

function argument(name: string, index: number) {
	return (node: Node): Node | undefined => (isCallOf(node, name) ? (node.arguments[index] as Node) : undefined);
}

function isCallOf(node: Node, name: string): node is (Tree.CallExpression | Tree.NewExpression) & Node {
	if (node.type !== "CallExpression" && node.type !== "NewExpression") return false;
	const { callee } = node;
	const last = callee.type === "MemberExpression" ? callee.property : callee;
	return last.type === "PrivateName" ? last.id.name === name : last.type === "Identifier" && last.name === name;
}

/** The value of a property in an object that is made: `name: value`. */
function property(name: string) {
	return (node: Node): Node | undefined =>
		node.type === "ObjectProperty" &&
		node.key.type === "Identifier" &&
		node.key.name === name &&
		!node.shorthand &&
		node.value.type !== "AssignmentPattern"
			? (node.value as Node)
			: undefined;
}

/** What a destructured name has by default. */
function byDefault(name: string) {
	return (node: Node): Node | undefined =>
		node.type === "AssignmentPattern" && node.left.type === "Identifier" && node.left.name === name
			? (node.right as Node)
			: undefined;
}

function constant(name: string) {
	return (node: Node): Node | undefined =>
		node.type === "VariableDeclarator" && node.id.type === "Identifier" && node.id.name === name
			? (node.init as Node)
			: undefined;
}

function first(type: Node["type"]) {
	return function isFirst(node: Node): Node | undefined {
		return node.type === type ? node : undefined;
	};
}
