// Measurements for programs that run on an XS board: what an operation takes in time, chunks, slots and stack.
//
// To measure one operation: warm it up, `collect()`, `resetPeak()`, note `memory()`, run it, take the differences of
// the peaks. A peak counts garbage that was not yet collected, so it depends on the heap's size; the least memory in
// which something runs is found by running it in smaller and smaller heaps: `simulator --chunks BYTES --slots COUNT
// [--stack COUNT] SCRIPT.js` gives heaps of fixed size and ends with code 4 when they do not suffice. The script's
// bytecode and names are outside the heaps, as on a device, where they are in flash.
// `buildSimulator({ bits: 32 })` makes the machine with 16-byte slots, as an ESP32 has them.

/** Milliseconds of processor time with a fraction (on the simulator from the process's own clock, nanoseconds). */
export function processorTime(): number {
	return native("xs_processor_time").call(undefined);
}

export interface MemoryUse {
	chunks: number; // bytes
	chunksPeak: number; // bytes
	slots: number; // count
	slotsPeak: number; // count
	slotBytes: number; // of one slot: 16 or 32
	stackPeak: number; // slots
	stackCount: number; // slots
	reserved: number; // bytes of the arena that chunks, slots and stack have taken so far
	ceiling: number; // bytes of the arena
	keys: number; // count; outside the arena
}

/** What the machine uses now, and the peaks since its creation or the last `resetPeak()`. */
export function memory(): MemoryUse {
	const [chunks, chunksPeak, slots, slotsPeak, slotBytes, stackPeak, stackCount, reserved, ceiling, keys] = values();
	return { chunks, chunksPeak, slots, slotsPeak, slotBytes, stackPeak, stackCount, reserved, ceiling, keys };
}

type Values = [number, number, number, number, number, number, number, number, number, number];

function values(): Values {
	return native("xs_memory").call(undefined);
}

/** Collects garbage and compacts chunks. */
export function collect(): void {
	return native("xs_collect").call(undefined);
}

export function resetPeak(): void {
	return native("xs_reset_peak").call(undefined);
}

/** The bound of a window, for whoever counts instructions from outside (measure/instructions/count.ts). */
export function mark(): void {
	return native("xs_mark").call(undefined);
}
