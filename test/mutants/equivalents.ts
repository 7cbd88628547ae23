// Mutants that no test can kill, by name, and why: they change nothing that anybody could see.

const CLEARED = "a timer that has fired, or was cleared, may be cleared again";
const EITHER = "of two copies that say the same, or have one generation, either will do: no operator signs two";
const KEPT = "what was selected is kept for speed alone";
const OURS = "what is called there throws only what is expected; the check is for a mistake of ours";

export const equivalents: Readonly<Record<string, string>> = {
	"baton.ts#Baton.stop:step:5": CLEARED,
	"baton.ts#Baton.#recover:step:4": CLEARED,
	"device.ts#Device.stop:step:3": CLEARED,
	"poller.ts#Poller.stop:step:3": CLEARED,
	"poller.ts#Poller.#credit:step:5": CLEARED,
	"credits.ts#Credits.#attempt:guard:1": "without a partition the operation itself throws",
	"token-bucket.ts#TokenBucket.stop:step:3": "something waits only where no token is left, and after `stop` none comes",
	"updater.ts#both:bound:1": "of two equal outcomes either will do",
	"trust/slots.ts#Slots.#own:bound:1":
		"`repair` forgets what was proved and is not above the slots, before anybody asks",
	"trust/slots.ts#Slots.#select:guard:1": KEPT,
	"trust/slots.ts#Slots.#select:step:2": KEPT,
	"trust/slots.ts#Slots.#factoryVerdict:guard:1": "for speed: what is not above current is refused by `judge` too",
	"trust/slots.ts#Slots.#mend:step:4": OURS,
	"trust/slot.ts#comesFirst:bound:1": "they differ there",
	"trust/slot.ts#comesBefore:logic:1": EITHER,
	"trust/slot.ts#comesBefore:bound:1": EITHER,
};
