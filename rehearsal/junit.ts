// A JUnit report (the form that CI servers read; Apache Ant's `junitreport`): a suite is a board, a case is a sentence.

export interface Case {
	/** The sentence. */
	name: string;
	/** Where it stands: a test file, a scenario. */
	of: string;
	seconds?: number;
	failure?: string;
	/** Why it was not run. */
	skipped?: string;
}

export interface Suite {
	name: string;
	cases: Case[];
}

export function junit(suites: readonly Suite[]): string {
	return [
		'<?xml version="1.0" encoding="UTF-8"?>',
		"<testsuites>",
		...suites.flatMap(({ name, cases }) => [
			`\t<testsuite${attributes({
				name,
				tests: cases.length,
				failures: cases.filter(({ failure }) => failure !== undefined).length,
				skipped: cases.filter(({ skipped }) => skipped !== undefined).length,
				time: cases.reduce((sum, { seconds = 0 }) => sum + seconds, 0).toFixed(3),
			})}>`,
			...cases.map(caseOf),
			"\t</testsuite>",
		]),
		"</testsuites>\n",
	].join("\n");
}

function caseOf({ name, of, seconds = 0, failure, skipped }: Case): string {
	const head = `\t\t<testcase${attributes({ name, classname: of, time: seconds.toFixed(3) })}`;
	if (failure !== undefined)
		return `${head}><failure message="it did not hold">${escaped(failure)}</failure></testcase>`;
	if (skipped !== undefined) return `${head}><skipped message="${escaped(skipped)}"/></testcase>`;
	return `${head}/>`;
}

function attributes(values: Record<string, string | number>): string {
	return Object.entries(values)
		.map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
		.join("");
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;" };

/** XML 1.0 §2.2 has no other control characters. */
function escaped(text: string): string {
	return text.replace(/[\x00-\x08\x0b-\x1f\x7f]/g, "").replace(/[&<>"\n]/g, char => entities[char]);
}
