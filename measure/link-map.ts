// A GNU linker's map, summed by the parts that the firmware is made of.

export interface Part {
	/** Code and constants, and what .data begins with. */
	flash: number;
	/** .data and .bss. */
	memory: number;
}

/** The part of each object file, by its path in the map; the first that fits. */
const owners: [part: string, path: RegExp][] = [
	["XS", /\/engine-[0-9a-f]+\//],
	["lwIP", /\/lwip-[0-9a-f]+\//],
	["crypto kernel", /\/c-[\w-]+\.o$/],
	["bytes", /\/bytes-[\w-]+\.o$/],
	["board", /\/(?:qemu-rv32|xs)-[\w-]+\.o$/],
	["C library", /\.a\(|libc|libm|libgcc|crt/],
];

const FLASH = ["text", "rodata"];
const MEMORY = ["bss", "tbss"];
const BOTH = ["data", "tdata"];

/** What is the arena's, the stack's and discarded is not counted. */
export function partsOf(map: string): Record<string, Part> {
	const parts: Record<string, Part> = Object.fromEntries(owners.map(([name]) => [name, { flash: 0, memory: 0 }]));
	const layout = map.slice(map.indexOf("Linker script and memory map"));
	let section = "";
	// An output section begins at the line's beginning; an input section is `.NAME ADDRESS SIZE FILE`, NAME often on a
	// line of its own.
	for (const [, output, length, file] of layout.matchAll(
		/^(?:\.(\w+)\b.*|(?: \.\S+| COMMON)?\s+0x[0-9a-f]+\s+(0x[0-9a-f]+) (\S+\.(?:o|a\([^)]+\))))$/gm,
	)) {
		if (output !== undefined) section = output;
		else count(file, Number(length));
	}
	return parts;

	function count(file: string, length: number): void {
		const isFlash = FLASH.includes(section) || BOTH.includes(section);
		const isMemory = MEMORY.includes(section) || BOTH.includes(section);
		if (!isFlash && !isMemory) return;
		const owner = owners.find(([, path]) => path.test(file));
		if (!owner) throw new Error(`link map: ${file} is no part's`);
		if (isFlash) parts[owner[0]].flash += length;
		if (isMemory) parts[owner[0]].memory += length;
	}
}
