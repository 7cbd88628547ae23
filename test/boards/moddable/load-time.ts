// What modules call while they are loaded. The Moddable SDK's linker loads preloaded modules on the developer's machine,
// where no native of ours can be called: "xs_… not found" ends the build, or the module is left half made.
//
// What runs at load time is followed through the syntax trees of a build: statements at the top of a module, static
// fields, and from there whatever may be called: functions by their names, also where they are passed on as a value; of
// each class that is instantiated on the way every method, getter and setter of a name that is used. What is stored in
// a table and called out of it is not followed.

import { type ParserOptions, parse } from "@babel/parser";
import type * as Tree from "@babel/types";

type Node = Tree.Node;
const PARSER: ParserOptions = { sourceType: "module" };

interface Module {
	name: string;
	/** Functions and classes, by the names that the module has for them. */
	declared: Map<string, Node>;
	/** A name of this module: the module and the name that it stands for. */
	imported: Map<string, { from: string; name: string }>;
	/** `export * from`. */
	passedOn: string[];
	/** An exported name that has another one inside. */
	renamed: Map<string, string>;
	atLoad: Node[];
}

/** A function, a class's initialisation, a method: a piece of code with the way that leads to it. */
interface Piece {
	module: Module;
	code: Node[];
	way: string;
}

export interface Build {
	/** The build's modules, by specifier: JavaScript. */
	scripts: ReadonlyMap<string, string>;
	/** As the engine resolves it; undefined: none of ours. */
	resolve(from: string, wanted: string): string | undefined;
}

/** Natives that are called while modules are loaded, each with the way to it: "module: a → b → xs_native". */
export function nativesAtLoad({ scripts, resolve }: Build): string[] {
	const modules = new Map<string, Module>();
	for (const [name, script] of scripts)
		modules.set(
			name,
			readModule(name, script, wanted => resolve(name, wanted)),
		);
	const found = new Set<string>();
	const seen = new Set<Node>();
	const instantiated: { module: Module; node: Tree.Class; way: string }[] = [];
	const used = new Set<string>(); // names after a point
	const queue: Piece[] = [...modules.values()].map(module => ({ module, code: module.atLoad, way: module.name }));

	const enter = (module: Module, node: Node, way: string) => {
		if (seen.has(node)) return;
		seen.add(node);
		queue.push({ module, code: bodyOf(node), way });
	};
	const instantiate = (module: Module, node: Tree.Class, way: string) => {
		if (instantiated.some(each => each.node === node)) return;
		instantiated.push({ module, node, way });
		for (const member of node.body.body) {
			if ("static" in member && member.static) continue;
			if (isFunction(member) && (member as Tree.ClassMethod).kind === "constructor") enter(module, member, way);
			if (member.type === "ClassProperty" || member.type === "ClassPrivateProperty")
				if (member.value) queue.push({ module, code: [member.value], way });
		}
		const base = node.superClass?.type === "Identifier" ? lookUp(modules, module, node.superClass.name) : undefined;
		if (base && isClass(base.node)) instantiate(base.module, base.node, way);
	};
	const members = () => {
		for (const { module, node, way } of instantiated)
			for (const member of node.body.body)
				if (isFunction(member) && used.has(keyOf(member))) enter(module, member, `${way} → ${keyOf(member)}`);
	};

	for (let piece = queue.shift(); piece; piece = queue.shift()) {
		const { module, way } = piece;
		walk(piece.code, (node, parent) => {
			if (node.type === "CallExpression" && node.callee.type === "Identifier" && node.callee.name === "native") {
				const [name] = node.arguments;
				found.add(`${way} → ${name?.type === "StringLiteral" ? name.value : "native"}`);
			}
			if (node.type === "MemberExpression") {
				const name = keyOf(node);
				used.add(name);
				const target = node.object.type === "Identifier" && lookUp(modules, module, node.object.name);
				if (target && isClass(target.node))
					for (const member of target.node.body.body)
						if (isFunction(member) && member.static && keyOf(member) === name)
							enter(target.module, member, `${way} → ${nameOf(target.node)}.${name}`);
			}
			if (node.type !== "Identifier" || parent?.type === "ObjectProperty" || parent?.type === "ArrayExpression") return;
			const target = lookUp(modules, module, node.name);
			if (!target) return;
			const on = `${way} → ${node.name}`;
			if (isClass(target.node)) instantiate(target.module, target.node, on);
			else enter(target.module, target.node, on);
		});
		members();
	}
	return [...found].sort();
}

function readModule(name: string, script: string, resolve: (wanted: string) => string | undefined): Module {
	const module: Module = {
		...{ name, declared: new Map(), imported: new Map(), passedOn: [], renamed: new Map(), atLoad: [] },
	};
	for (const statement of parse(script, PARSER).program.body) {
		switch (statement.type) {
			case "ImportDeclaration": {
				const from = resolve(statement.source.value);
				for (const each of statement.specifiers) {
					const wanted = each.type === "ImportSpecifier" ? textOf(each.imported) : "default";
					if (from !== undefined && each.type !== "ImportNamespaceSpecifier")
						module.imported.set(each.local.name, { from, name: wanted });
				}
				break;
			}
			case "ExportAllDeclaration": {
				const from = resolve(statement.source.value);
				if (from !== undefined) module.passedOn.push(from);
				break;
			}
			case "ExportNamedDeclaration": {
				const from = statement.source ? resolve(statement.source.value) : undefined;
				for (const each of statement.specifiers) {
					if (each.type !== "ExportSpecifier") continue;
					if (from !== undefined) module.imported.set(textOf(each.exported), { from, name: each.local.name });
					else if (!statement.source) module.renamed.set(textOf(each.exported), each.local.name);
				}
				if (statement.declaration) declare(module, statement.declaration);
				break;
			}
			case "ExportDefaultDeclaration":
				if (statement.declaration.type === "FunctionDeclaration") module.declared.set("default", statement.declaration);
				else declare(module, statement.declaration);
				break;
			default:
				declare(module, statement);
		}
	}
	return module;
}

function declare(module: Module, statement: Node): void {
	switch (statement.type) {
		case "FunctionDeclaration":
			if (statement.id) module.declared.set(statement.id.name, statement);
			return;
		case "ClassDeclaration":
			if (statement.id) module.declared.set(statement.id.name, statement);
			module.atLoad.push(...staticsOf(statement));
			return;
		case "VariableDeclaration":
			for (const { id, init } of statement.declarations) {
				if (!init) continue;
				if (id.type === "Identifier" && (isFunction(init) || isClass(init))) {
					module.declared.set(id.name, init);
					if (isClass(init)) module.atLoad.push(...staticsOf(init));
				} else module.atLoad.push(init);
			}
			return;
		default:
			module.atLoad.push(statement);
	}
}

/** What of a class runs when it is made. */
function staticsOf(node: Tree.Class): Node[] {
	const parts: Node[] = [];
	for (const member of node.body.body) {
		if (member.type === "StaticBlock") parts.push(...member.body);
		if ("computed" in member && member.computed) parts.push(member.key);
		if ((member.type === "ClassProperty" || member.type === "ClassPrivateProperty") && member.static && member.value)
			parts.push(member.value);
	}
	return parts;
}

/** The function or class that a name stands for. */
function lookUp(
	modules: ReadonlyMap<string, Module>,
	module: Module,
	name: string,
): { module: Module; node: Node } | undefined {
	const node = module.declared.get(name);
	if (node) return { module, node };
	const elsewhere = module.imported.get(name);
	const from = elsewhere && modules.get(elsewhere.from);
	return from && lookUpExport(modules, from, elsewhere.name);
}

function lookUpExport(
	modules: ReadonlyMap<string, Module>,
	module: Module,
	name: string,
): { module: Module; node: Node } | undefined {
	const own = lookUp(modules, module, module.renamed.get(name) ?? name);
	if (own) return own;
	for (const from of module.passedOn) {
		const other = modules.get(from);
		const found = other && lookUpExport(modules, other, name);
		if (found) return found;
	}
	return undefined;
}

function bodyOf(node: Node): Node[] {
	return isFunction(node) ? [...node.params, node.body as Node] : [node];
}

/** Each node that may run when these do: functions inside only where they have a name, are called, or passed on. */
function walk(code: readonly Node[], visit: (node: Node, parent?: Node) => void): void {
	const go = (value: unknown, parent?: Node): void => {
		if (Array.isArray(value)) for (const each of value) go(each, parent);
		if (!isNode(value)) return;
		if (isFunction(value)) {
			if (parent && MAY_RUN.includes(parent.type)) go(bodyOf(value));
			return;
		}
		if (isClass(value)) return go(staticsOf(value));
		visit(value, parent);
		for (const [key, child] of Object.entries(value)) {
			if (key === "loc" || isPlainKey(value, key)) continue;
			go(child, value);
		}
	};
	go(code);
}

/** A name after a point, or before a colon, is no variable. */
function isPlainKey(node: Node, key: string): boolean {
	if (node.type === "MemberExpression" || node.type === "OptionalMemberExpression")
		return key === "property" && !node.computed;
	return node.type === "ObjectProperty" && key === "key" && !node.computed;
}

const MAY_RUN = ["CallExpression", "NewExpression", "VariableDeclarator", "BlockStatement"];

type FunctionLike = Tree.Function & { static?: boolean };

function isFunction(node: Node): node is FunctionLike {
	return /^(?:Function|Arrow|ObjectMethod|Class(?:Private)?Method)/.test(node.type);
}

function isClass(node: Node): node is Tree.Class {
	return node.type === "ClassDeclaration" || node.type === "ClassExpression";
}

function isNode(value: unknown): value is Node {
	return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}

function keyOf(node: Node): string {
	const key = "key" in node ? node.key : "property" in node ? node.property : undefined;
	if (typeof key !== "object" || key === null) return "";
	if (key.type === "PrivateName") return `#${key.id.name}`;
	return key.type === "Identifier" ? key.name : "";
}

function nameOf(node: Tree.Class): string {
	return node.id?.name ?? "class";
}

function textOf(name: Tree.Identifier | Tree.StringLiteral): string {
	return name.type === "Identifier" ? name.name : name.value;
}
