/** What a board's process ends with, beside the firmware's own 0 (authenticated), 1 (not) and 128 + signal. */
export const exitCode = {
	/** Arguments, settings or flash images that cannot be used. */
	unusable: 2,
	/** An exception that nothing in the firmware caught. */
	uncaught: 3,
	/** The machine's memory ceiling was reached. */
	memory: 4,
	/** The engine gave up for another reason: stack overflow, too many keys. */
	engine: 5,
	/** Nothing was left to wait for, and the program had not said that it ends. */
	stalled: 6,
} as const;
