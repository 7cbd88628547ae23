// Mutants that no test can kill, by name, and why: they change nothing that anybody could see.

const CLEARED = "a timer that has fired, or was cleared, may be cleared again";

export const equivalents: Readonly<Record<string, string>> = {
	"device.ts#Device.stop:step:3": CLEARED,
};
