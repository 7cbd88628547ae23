// An ESP-IDF partition table (CSV), read as strictly as flashing needs it.

export interface Partition {
	name: string;
	type: string;
	subtype: string;
	offset: number; // bytes
	size: number;
	flags: string;
}

/** Throws Error with the line that is wrong. */
export function readPartitions(text: string): Partition[] {
	return text
		.split("\n")
		.filter(line => line.trim() !== "" && !line.startsWith("#"))
		.map(line => {
			const [name, type, subtype, offset, size, flags = ""] = line.split(",").map(field => field.trim());
			const number = (field: string | undefined) => {
				if (!/^0x[0-9a-f]+$/i.test(field ?? "")) throw new Error(`no number: ${line}`);
				return parseInt(field!, 16);
			};
			return { name, type, subtype, offset: number(offset), size: number(size), flags };
		});
}

/** What is wrong with a table on a chip of `flash` bytes. */
export function faultsOf(partitions: Partition[], flash: number): string[] {
	const faults: string[] = [];
	const first = 0x9000; // after the boot loader and the table itself
	let end = first;
	for (const { name, type, offset, size } of [...partitions].sort((a, b) => a.offset - b.offset)) {
		if (offset < end) faults.push(`${name} begins at ${hex(offset)}, before ${hex(end)}`);
		if (offset % 0x1000 !== 0 || size % 0x1000 !== 0 || size === 0) faults.push(`${name} is not whole blocks`);
		if (type === "app" && offset % 0x10000 !== 0) faults.push(`${name} is an application off a 64 KB boundary`);
		if (name.length > 15) faults.push(`${name} is longer than 15 characters`);
		end = offset + size;
	}
	if (end > flash) faults.push(`the table ends at ${hex(end)}, after ${hex(flash)}`);
	if (new Set(partitions.map(({ name }) => name)).size !== partitions.length)
		faults.push("two partitions have one name");
	return faults;
}

function hex(n: number) {
	return `0x${n.toString(16)}`;
}
