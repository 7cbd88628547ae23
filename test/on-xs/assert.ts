// A stand-in for uvu/assert on an XS board. Messages show both values, cut short.

class Assertion extends Error {}

/** `otherwise` shows values, which takes time, and stack for deep ones: only where it is said. */
function check(good: boolean, message: string | undefined, otherwise: () => string): asserts good {
	if (!good) throw new Assertion(message ?? otherwise());
}

export function ok(value: unknown, message?: string): asserts value {
	check(!!value, message, () => `expected a truthy value, got ${show(value)}`);
}

export function unreachable(message?: string): never {
	throw new Assertion(message ?? "expected not to be reached");
}

export function type(value: unknown, expected: string, message?: string) {
	check(typeof value === expected, message, () => `expected a ${expected}, got ${show(value)}`);
}

export function instance(value: unknown, expected: new (...args: never[]) => unknown, message?: string) {
	check(value instanceof expected, message, () => `expected a ${expected.name}, got ${show(value)}`);
}

export function equal(value: unknown, expected: unknown, message?: string) {
	check(same(value, expected), message, () => `expected ${show(expected)}, got ${show(value)}`);
}

export function match(value: string, expected: string | RegExp, message?: string) {
	check(matches(value, expected), message, () => `expected something like ${expected}, got ${show(value)}`);
}

export const is = Object.assign(
	(value: unknown, expected: unknown, message?: string) =>
		check(value === expected, message, () => `expected ${show(expected)}, got ${show(value)}`),
	{
		not: (value: unknown, expected: unknown, message?: string) =>
			check(value !== expected, message, () => `expected another value than ${show(value)}`),
	},
);

type Expected = string | RegExp | ((error: any) => boolean);

/** `expected`: a message for the failure (string), a pattern of the error's message, or a predicate of the error. */
export function throws(body: () => unknown, expected?: Expected, message?: string) {
	const error = thrownBy(body);
	if (typeof expected === "string") message ??= expected;
	check(error !== undefined, message, () => "expected an exception");
	if (error.value instanceof Assertion) throw error.value;
	if (expected instanceof RegExp)
		check(
			expected.test((error.value as Error).message),
			message,
			() => `expected ${expected}, got ${show(error.value)}`,
		);
	else if (typeof expected === "function")
		check(expected(error.value), message, () => `expected another exception than ${show(error.value)}`);
}

function falsy(value: unknown, message?: string) {
	check(!value, message, () => `expected a falsy value, got ${show(value)}`);
}

export const not = Object.assign(falsy, {
	ok: falsy,
	equal: (value: unknown, expected: unknown, message?: string) =>
		check(!same(value, expected), message, () => `expected another value than ${show(value)}`),
	match: (value: string, expected: string | RegExp, message?: string) =>
		check(!matches(value, expected), message, () => `expected nothing like ${expected}, got ${show(value)}`),
	throws(body: () => unknown, _expected?: Expected, message?: string) {
		const error = thrownBy(body);
		check(error === undefined, message, () => `expected no exception, got ${show(error?.value)}`);
	},
});

function thrownBy(body: () => unknown): { value: unknown } | undefined {
	try {
		body();
		return undefined;
	} catch (value) {
		return { value };
	}
}

function matches(value: string, expected: string | RegExp): boolean {
	return typeof expected === "string" ? value.includes(expected) : expected.test(value);
}

/** Deep equality: the same constructor and the same contents. */
function same(a: any, b: any): boolean {
	if (Object.is(a, b) || a === b) return true;
	if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
	if (a.constructor !== b.constructor) return false;
	if (a instanceof ArrayBuffer) return same(new Uint8Array(a), new Uint8Array(b));
	if (ArrayBuffer.isView(a) || Array.isArray(a)) {
		const [x, y] = [a as ArrayLike<unknown>, b as ArrayLike<unknown>];
		if (x.length !== y.length) return false;
		for (let i = 0; i < x.length; i++) if (!same(x[i], y[i])) return false;
		return true;
	}
	if (a instanceof Map || a instanceof Set) return same([...a], [...b]);
	const names = Object.keys(a);
	if (names.length !== Object.keys(b).length) return false;
	return names.every(name => Object.hasOwn(b, name) && same(a[name], b[name]));
}

const MOST_SHOWN = 400; // characters

function show(value: unknown): string {
	let text: string;
	if (typeof value === "bigint") text = `${value}n`;
	else if (ArrayBuffer.isView(value)) text = `${value.constructor.name} [${String(value)}]`;
	else if (value instanceof Error) text = String(value);
	else if (typeof value === "object" && value !== null)
		text = JSON.stringify(value, (_, v) => (typeof v === "bigint" ? `${v}n` : v));
	else text = typeof value === "string" ? JSON.stringify(value) : String(value);
	return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}
