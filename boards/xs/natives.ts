// The C functions that every XS board without the Moddable SDK provides (simulator, qemu-rv32), by their names, with
// the shapes of their parameters. One TypeScript face, one C implementation on each board.
//
// `native(name)` is the SDK's own way to a C function (firmware/native.d.ts). On these boards it is a global that
// returns a host function and throws ReferenceError for a name that the board does not have.

/** Kinds of socket events, as `xs_tcp_open`'s callback receives them. */
export const TCP_READABLE = 0; // n: bytes buffered and not yet read
export const TCP_WRITABLE = 1; // n: bytes that `xs_tcp_write` takes now; the first one means connected
export const TCP_ERROR = 2; // refused, reset, or closed by the peer (only after everything buffered was read)

/**
 * Starts a connection. Returns a handle; events never come before it returns. Throws RangeError if it is no dotted IPv4
 * address or no port, Error if no socket is free.
 */
export function tcpOpen(_address: string, _port: number, _onEvent: (kind: number, n: number) => void): number {
	return native("xs_tcp_open").call(undefined, _address, _port, _onEvent);
}
/** Takes up to `byteLength` buffered bytes; undefined if there are none. */
export function tcpRead(_handle: number, _byteLength: number): ArrayBuffer | undefined {
	return native("xs_tcp_read").call(undefined, _handle, _byteLength);
}
/** Queues all of `bytes`; returns how many more are taken now. Throws RangeError if it is more than was allowed. */
export function tcpWrite(_handle: number, _bytes: Uint8Array): number {
	return native("xs_tcp_write").call(undefined, _handle, _bytes);
}
/** Sends what is queued, then closes. Idempotent; no event follows. */
export function tcpClose(_handle: number): void {
	return native("xs_tcp_close").call(undefined, _handle);
}
/**
 * Looks a name up (A records only). Calls back later, once: up to four addresses in dotted IPv4, a space between, or
 * undefined if there is no such name. Throws RangeError if it is no name, Error if no look-up is free.
 */
export function resolve(_host: string, _onResolved: (addresses: string | undefined) => void): void {
	return native("xs_resolve").call(undefined, _host, _onResolved);
}
/** Bytes of a partition; 0 if it does not exist. */
export function flashSize(_partition: string): number {
	return native("xs_flash_size").call(undefined, _partition);
}
export function flashRead(_partition: string, _byteLength: number, _offset: number): ArrayBuffer {
	return native("xs_flash_read").call(undefined, _partition, _byteLength, _offset);
}
/** NOR: clears bits only. `bytes` and `offset` in multiples of 4. */
export function flashWrite(_partition: string, _bytes: Uint8Array, _offset: number): void {
	return native("xs_flash_write").call(undefined, _partition, _bytes, _offset);
}
/** Erases one block of 4,096 bytes. */
export function flashErase(_partition: string, _block: number): void {
	return native("xs_flash_erase").call(undefined, _partition, _block);
}
/** One-shot timer. Returns an id other than 0. Throws RangeError beyond 2^31 - 1 ms, Error if no timer is free. */
export function timerSet(_callback: () => void, _milliseconds: number): number {
	return native("xs_timer_set").call(undefined, _callback, _milliseconds);
}
export function timerClear(_id: number): void {
	return native("xs_timer_clear").call(undefined, _id);
}
/** Monotonic milliseconds, modulo 2^32. */
export function ticks(): number {
	return native("xs_ticks").call(undefined);
}
/** Fills `bytes`. Throws Error if the source fails. */
export function random(_bytes: Uint8Array): void {
	return native("xs_random").call(undefined, _bytes);
}
/** Prints one line on the console. */
export function print(_line: string): void {
	return native("xs_print").call(undefined, _line);
}
/** The JSON text of this run's settings (boards/settings.ts), handed over by whoever starts the board. */
export function settings(): string {
	return native("xs_settings").call(undefined);
}
/** Ends the board's run with an exit code, after the callback that is running. The first call counts. */
export function exit(_code: number): void {
	return native("xs_exit").call(undefined, _code);
}
