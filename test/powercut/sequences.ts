// Parts of devices' lives, each short enough to be cut at every operation in every way. Every one goes on, after what
// is listed here, through two more generations to its end.

import { copyImage } from "../firmware/trust/copy-image.js";
import { BLOCK_LENGTH, FlashEmulator } from "../flash-emulator.js";
import { Bench, type Name, type Step, signed } from "./bench.js";

export interface Sequence {
	name: string;
	/** Copies at the start: ca0's two, then ca1's. "-": erased. "?": damaged. */
	start: readonly (Name | "-" | "?")[];
	factory?: Name; // default A1
	steps: readonly Step[];
}

const boot: Step = { do: "boot" };
function download(name: Name): Step {
	return { do: "download", name };
}
function prove(name: Name): Step {
	return { do: "prove", name };
}
function firmware(factory: Name): Step {
	return { do: "boot", factory };
}
function damage(partition: "ca0" | "ca1", block: number): Step {
	return { do: "damage", partition, block };
}
function twice(...names: (Name | "-")[]) {
	return names.flatMap(name => [name, name]);
}

export const sequences: readonly Sequence[] = [
	{ name: "first boot", start: twice("-", "-"), steps: [boot] },
	{ name: "first boot on flash that is not erased", start: ["?", "?", "?", "?"], steps: [boot] },
	{ name: "store next", start: twice("A1", "-"), steps: [download("B2")] },
	{ name: "store next, current in ca1", start: twice("-", "A1"), steps: [download("B2")] },
	{
		name: "store next, the same again",
		start: twice("A1", "-"),
		steps: [download("B2"), download("B2"), boot, download("B2")],
	},
	{ name: "store a newer next over an older", start: twice("A1", "B2"), steps: [download("D12")] },
	{ name: "store a longer next over a shorter", start: twice("A1", "B2"), steps: [download("C11")] },
	{ name: "store a shorter next over a longer", start: twice("A1", "C11"), steps: [download("D12")] },
	{ name: "promote", start: twice("A1", "B2"), steps: [prove("B2")] },
	{ name: "promote, current in ca1", start: twice("D5", "C4"), steps: [prove("D5")] },
	{ name: "promote, then the same again", start: twice("A1", "B2"), steps: [prove("B2"), download("B2"), boot] },
	{ name: "promote, then store", start: twice("A1", "B2"), steps: [prove("B2"), download("C4")] },
	{ name: "first boot, store, promote", start: twice("-", "-"), steps: [boot, download("B2"), prove("B2")] },
	{
		name: "two generations",
		start: twice("A1", "-"),
		steps: [download("B2"), prove("B2"), boot, download("C4"), prove("C4")],
	},
	{ name: "ten generations at once", start: twice("A1", "B2"), steps: [download("D9"), prove("D9")] },
	{ name: "the same CA with another URL", start: twice("B2", "-"), steps: [download("B3")] },
	{ name: "the same CA with another URL, over next", start: twice("B2", "C4"), steps: [download("B7")] },
	{ name: "a revocation", start: twice("B2", "-"), steps: [download("A6")] },
	{ name: "a revocation, over next", start: twice("B2", "C4"), steps: [download("A6")] },
	{ name: "a revocation that flash holds already", start: twice("B2", "A6"), steps: [boot] },
	{ name: "repair of current's first copy", start: ["?", "A1", "-", "-"], steps: [boot] },
	{ name: "repair of current's second copy", start: ["A1", "?", "B2", "B2"], steps: [boot] },
	{ name: "repair of next's first copy", start: ["A1", "A1", "?", "B2"], steps: [boot] },
	{ name: "repair of next's second copy", start: ["A1", "A1", "B2", "-"], steps: [boot] },
	{ name: "repair of a copy in each slot", start: ["A1", "?", "?", "B2"], steps: [boot] },
	{ name: "repair of copies that differ", start: ["A1", "A1", "D5", "B2"], steps: [boot] },
	{ name: "repair of copies that differ, the second one newer", start: ["A1", "A1", "B2", "D5"], steps: [boot] },
	{ name: "repair of current's differing copies", start: ["B2", "A1", "C4", "C4"], steps: [boot] },
	{ name: "a damaged slot is erased", start: ["A1", "A1", "?", "?"], steps: [boot] },
	{ name: "a slot damaged in part is erased", start: ["?", "-", "B2", "B2"], steps: [boot] },
	{
		name: "next rots away and comes again",
		start: twice("A1", "B2"),
		steps: [damage("ca1", 0), damage("ca1", 1), boot, download("B2"), prove("B2")],
	},
	{
		name: "current rots away",
		start: twice("A1", "B2"),
		steps: [damage("ca0", 0), damage("ca0", 1), boot, download("C4"), prove("B2")],
	},
	{
		name: "both slots rot away",
		start: twice("C4", "D5"),
		steps: [damage("ca0", 0), damage("ca0", 1), damage("ca1", 0), damage("ca1", 1), boot, download("D9")],
	},
	{
		name: "a copy rots between store and promote",
		start: twice("A1", "-"),
		steps: [download("B2"), damage("ca1", 1), boot, prove("B2")],
	},
	{ name: "two slots of one generation", start: twice("B2", "B2"), steps: [boot, download("C4"), prove("C4")] },
	{ name: "a firmware with a newer factory CA", start: twice("A1", "-"), steps: [firmware("B2"), prove("B2")] },
	{ name: "a firmware with a newer factory CA, over next", start: twice("A1", "B2"), steps: [firmware("D5")] },
	{ name: "a firmware whose factory CA revokes", start: twice("B2", "C4"), steps: [firmware("A6")] },
	{ name: "a firmware with an older factory CA", start: twice("C4", "D5"), steps: [firmware("B2"), prove("D5")] },
	{ name: "a firmware whose factory CA moves", start: twice("B2", "-"), steps: [firmware("B3"), download("C4")] },
];

/** Two more generations: the life is well when it ends with the last one, alone and whole. */
export const ending: readonly Step[] = [
	boot,
	download("A20"),
	prove("A20"),
	boot,
	download("B21"),
	boot,
	prove("B21"),
	boot,
];
/** One generation more: after a second cut. */
export const shortEnding: readonly Step[] = [download("B21"), prove("B21"), boot];
export const END_TRUST = "21 -";

export function startOf({ start, factory = "A1" }: Sequence, seed: number): Bench {
	const chip = new FlashEmulator(seed);
	// Of two slots, what follows the other is not proved yet; alone, it has been.
	const generations = start.map(name => (name in signed ? signed[name as Name].generation : 0));
	for (const [i, name] of start.entries()) {
		if (name === "-") continue;
		const others = i < 2 ? generations.slice(2) : generations.slice(0, 2);
		const proved = others.every(generation => generation === 0 || generation >= generations[i]);
		const block = name === "?" ? damagedBlock() : copyImage(signed[name].bytes, { proved });
		chip.setImage(i < 2 ? "ca0" : "ca1", block, (i & 1) * BLOCK_LENGTH);
	}
	return new Bench(chip, factory);
}

function damagedBlock(): Uint8Array {
	return copyImage(new Uint8Array(64).fill(0x5a)).fill(0, 0, 8);
}
