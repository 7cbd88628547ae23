import { createInterface } from "node:readline/promises";

/** Asks for a word to be typed. Without a terminal nobody can, and the answer is no. */
export async function confirmed(word: string, question: string): Promise<boolean> {
	if (!process.stdin.isTTY || !process.stdout.isTTY) return false;
	const terminal = createInterface({ input: process.stdin, output: process.stdout });
	try {
		return (await terminal.question(`${question}\nType ${word} to go on: `)).trim() === word;
	} finally {
		terminal.close();
	}
}
