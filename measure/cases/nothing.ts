// The program around an operation, without one: what it needs is what the built-ins need.

export function nothing() {
	return () => true;
}
