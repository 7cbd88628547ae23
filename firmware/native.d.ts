// The Moddable SDK's way to a C function: `return native("xs_name").call(this, a, b)` as the only statement of a
// function. The boards that run XS without the SDK provide the same function as a global.
declare function native(name: string): (this: unknown, ...parameters: any[]) => any;
