// How a run of random cases ends when it found something: with the one command that does the failing part again.

/** `options` as they are typed: true stands alone, undefined and false are left out. */
export function replay(script: string, options: Record<string, string | number | boolean | undefined>): string {
	const typed = Object.entries(options).flatMap(([name, value]) => {
		if (value === undefined || value === false) return [];
		return value === true ? [`--${name}`] : [`--${name}`, quoted(String(value))];
	});
	return `again: npm run ${script} -- ${typed.join(" ")}`;
}

/** As a shell takes it for one word. */
function quoted(text: string): string {
	return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A part of a run, by its place in it: undefined for all; an end of the process if there is no such part. */
export function onlyJob<Job>(jobs: readonly Job[], job: string | undefined): readonly Job[] {
	if (job === undefined) return jobs;
	const index = Number(job);
	if (!Number.isInteger(index) || index < 0 || index >= jobs.length) {
		console.error(`--job: expected 0 to ${jobs.length - 1}, got ${job}`);
		process.exit(2);
	}
	return [jobs[index]];
}
