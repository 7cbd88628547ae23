import { createInterface } from "node:readline/promises";

/** Whether somebody can be asked. */
export function canAsk(): boolean {
	return Boolean(process.stdin.isTTY && process.stdout.isTTY);
}

/** Asks for a word to be typed. Without a terminal nobody can, and the answer is no. */
export async function confirmed(word: string, question: string): Promise<boolean> {
	if (!canAsk()) return false;
	const terminal = createInterface({ input: process.stdin, output: process.stdout });
	try {
		return (await terminal.question(`${question}\nType ${word} to go on: `)).trim() === word;
	} finally {
		terminal.close();
	}
}
