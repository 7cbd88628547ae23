// Two CA information slots on NOR flash (../DESIGN.md §3): select, repair, store next, promote, retire. No pointer or flag
// beside the slots says which one is current: that follows from what they hold, and from the proved mark of a copy.
//
// For example, the first years of a device (p: proved; -: blank):
//   what happens                       ca0   ca1   what it is then
//   the first boot                     A p   -     current A: `repair` stores the factory's
//   a poll brings B                    A p   B     current A, next B: `accept` stores it
//   a service proves itself by B       A p   B p   current B, proved: `promote` writes both copies of B afresh, then
//                                      -     B p   current B: it retires A
//   a poll brings C                    C     B p   current B, next C
// If the power fails where A and B are both proved, the next boot finds two proved slots. The higher generation is
// current, and `repair` retires the other.
//
// Each slot is a partition of two blocks with a copy each (slot.ts, copy.ts). They are read at boot, and what could not be read
// is read again at each session. What a server has proved is current in memory at once, whatever flash does.
//
// Who may call what: at boot `repair`, before any connection; at the beginning of each session `refresh`; an
// authenticator takes `anchors` and, when a server has proved itself by one, gives it to `promote`; an updater asks the
// addresses of `current`, `next` and `factory`, says so by `asked`, and gives what comes to `accept`.

import { DecodeError } from "../cbor.js";
import type { Flash } from "../ports.js";
import { claimedGeneration, type Fleet, VerifiedCaInformation } from "./ca-information.js";
import { BLOCK_LENGTH, type Copy, type CopyState, FlashError, type FlashReason } from "./copy.js";
import {
	attempt,
	type Content,
	comesFirst,
	contentOf,
	flashReason,
	generationOf,
	holds,
	isForeign,
	isHeldBy,
	isMarked,
	isProved,
	isProvedBelow,
	isUnreadable,
	isUnreadableCopy,
	retireSlot,
	type Slot,
	type SlotName,
	slotOn,
	writeSlot,
} from "./slot.js";
import { isSame, judge, needsNoProof, outlives, type TrustedCa, type Verdict, type Way } from "./trusted-ca.js";

export { FlashError, type FlashReason, type SlotName };

export const SLOT_LENGTH = 2 * BLOCK_LENGTH; // bytes of a partition

/** What was done to a slot outside of an acceptance, or could not be done. */
export type SlotReport =
	| { is: "repaired"; what: Repair; slot: SlotName; generation?: number }
	| { is: "failed"; reason: FlashReason; slot: SlotName; generation?: number };
export type Repair =
	| "copy rewritten"
	| "promotion finished" // one that a cut had left undone, or that flash had refused
	| "former CA erased"
	| "factory CA information stored";
export type Report = (report: SlotReport) => void;

/** What a server may prove itself by, in the order in which it is tried. */
export interface Anchor {
	/** `factory`: the firmware's own copy, which is in no slot. */
	slot: "current" | "next" | "candidate" | "factory";
	information: VerifiedCaInformation;
}

/** How a CA information came: from an address of the CA information `of`, or by any other transport. */
export type Source = { by: "address"; of: VerifiedCaInformation; https: boolean } | { by: "offer" };

export type SourceReason =
	| "a slot cannot be read" // beside one nothing is taken that nobody has authenticated
	| "an update is under way"; // what it brought is tried first

/** What became of a CA information that was not refused. */
export type Acceptance =
	/** It says what a slot, or the candidate, says. */
	| { outcome: "same"; information: VerifiedCaInformation }
	/** In a slot, as next. */
	| { outcome: "stored"; information: VerifiedCaInformation }
	/** In memory until the next boot, as candidate; with a reason if flash would not take it. */
	| { outcome: "held"; information: VerifiedCaInformation; reason?: FlashReason }
	/** It is current now; with a reason in memory only: flash would not take it. */
	| { outcome: "promoted"; information: VerifiedCaInformation; reason?: FlashReason };

/** What became of a proof. `current`: nothing was to be done. With a reason: in memory only. */
export type Promotion = { outcome: "current" } | { outcome: "promoted"; reason?: FlashReason };

/** What stands in the place of current, or of next. */
export type SlotView = number | "-" | "unreadable" | "foreign";

interface Selection {
	current?: Content;
	next?: Content;
	kept?: Content;
	twin?: Content;
	former?: Slot;
}

export class Slots implements TrustedCa {
	readonly factoryGeneration: number;
	readonly #factory: Uint8Array;
	#verifiedFactory?: VerifiedCaInformation;
	readonly #fleet: Fleet;
	readonly #slots: readonly [Slot, Slot];
	readonly #copies: readonly Copy[];
	/** What was proved, as long as no slot holds it as proved. */
	#proved?: VerifiedCaInformation;
	#candidate?: VerifiedCaInformation;
	/** What was selected last, and of which states. */
	#selection?: Selection;
	#selected: CopyState[] = [];
	/** In this boot the download server of current, or of the factory without one, was asked. */
	#asked = false;
	/** An update has brought something in this session: nothing that is offered takes its place. */
	#brought = false;

	/**
	 * Reads both slots. Writes nothing: `repair` does. `flash`: the partitions `ca0` and `ca1`; undefined: there is none.
	 * `factory`: the firmware's own CA information, as trusted as the keys of `fleet`: verified when it may be used.
	 * Throws RangeError for a partition of another size, DecodeError or CertificateError for a factory CA information
	 * that may be used and cannot.
	 */
	constructor(flash: readonly [Flash | undefined, Flash | undefined], factory: Uint8Array, fleet: Fleet) {
		for (const partition of flash) {
			if (!partition) continue;
			const { size, blockLength } = partition.status();
			if (size !== SLOT_LENGTH || blockLength !== BLOCK_LENGTH)
				throw new RangeError(`expected a partition of two ${BLOCK_LENGTH}-byte blocks, got ${size} bytes`);
		}
		this.#factory = factory;
		this.factoryGeneration = claimedGeneration(factory);
		this.#fleet = fleet;
		this.#slots = [slotOn("ca0", flash[0]), slotOn("ca1", flash[1])];
		this.#copies = this.#slots.flatMap(({ copies }) => copies);
		for (const { copies } of this.#slots) {
			copies[0].read(fleet);
			copies[1].read(fleet, copies[0]);
		}
		if (this.#mayUseFactory) void this.factory;
	}

	/** The firmware's own. */
	get factory(): VerifiedCaInformation {
		return (this.#verifiedFactory ??= VerifiedCaInformation.verify(this.#factory, this.#fleet));
	}

	/** What stands as current: what was proved last; without any, the factory CA information where it may stand. */
	get current(): VerifiedCaInformation | undefined {
		return this.#own ?? (this.#factoryStands ? this.factory : undefined);
	}

	/** The full slot above current that nothing has proved yet. */
	get next(): VerifiedCaInformation | undefined {
		const information = this.#select().next?.information;
		return information && information.generation > (this.#proved?.generation ?? 0) ? information : undefined;
	}

	/** Held in memory until the next boot, or until a server has proved itself by it. */
	get candidate(): VerifiedCaInformation | undefined {
		return this.#candidate;
	}

	/** The highest generation of what is proved in a slot, and not for this firmware; 0 if there is none. */
	get floor(): number {
		return highest(this.#foreign.filter(isProved).map(({ generation = 0 }) => generation));
	}

	/** Whether current is in a slot, as proved. */
	get stored(): boolean {
		return this.#own !== undefined && this.#proved === undefined;
	}

	/** By what a service may prove itself now. */
	get anchors(): Anchor[] {
		const { current, next } = this;
		// How new a record is that only another firmware's key has signed cannot be known: so nothing is an anchor beside it.
		const floor = highest(this.#foreign.filter(isProved).map(({ generation = Infinity }) => generation));
		const list: Anchor[] = [];
		const add = (slot: Anchor["slot"], information: VerifiedCaInformation | undefined) => {
			if (!information || information.generation <= floor) return;
			if (!list.some(anchor => isSame(anchor.information, information))) list.push({ slot, information });
		};
		const isCertain = this.#asked || !this.#slots.some(isUnreadable);
		if (!this.#own) add("factory", current);
		else if (isCertain) add("current", current);
		add("next", next);
		add("candidate", this.#candidate);
		if (isCertain && (this.#own ?? next) && this.#factoryVerdict) add("factory", this.factory);
		return list;
	}

	/** What stands in the place of current and of next, for the event `boot`. */
	get view(): { current: SlotView; next: SlotView } {
		const unknown = this.#slots.filter(isUnreadable).map((): SlotView => "unreadable");
		for (const slot of this.#slots)
			if (!contentOf(slot) && !isUnreadable(slot) && slot.copies.some(isForeign)) unknown.push("foreign");
		const { current, next } = this;
		return {
			current: current?.generation ?? unknown.shift() ?? "-",
			next: next?.generation ?? unknown.shift() ?? "-",
		};
	}

	/**
	 * What boot does before any connection: makes both copies of each full slot sound, programs their marks again,
	 * finishes a promotion that was cut, erases what it left, and gives the factory CA information its place. What flash
	 * refuses is reported; nothing is thrown for that.
	 */
	repair(report: Report): void {
		this.#compareTwins();
		const { current, next, kept, twin } = this.#select();
		if (current && this.#proved && this.#proved.generation <= generationOf(current)) this.#proved = undefined; // read only now
		for (const content of [current, next, kept]) if (content) this.#mend(content, report);
		if (current && twin && isMarked(current))
			this.#report(report, "promotion finished", twin.slot, twin.information, this.#retire(twin.slot));
		this.#redoPromotion(report);
		const due = this.next;
		if (this.#proved) this.#finish(this.#proved, report);
		else if (due && needsNoProof(due, this.current)) this.#finish(due, report);
		this.#placeFactory(report);
		this.#candidate ??= this.#select().kept?.information;
		const own = this.#own;
		if (this.#candidate && own && !outlives(this.#candidate, own)) this.#candidate = undefined;
	}

	/** At the beginning of a session: what could not be read is read again, what flash has refused is tried again. */
	refresh(report: Report): void {
		this.#brought = false;
		let found = false;
		for (let i = 0; i < this.#copies.length; i++) {
			const copy = this.#copies[i];
			if (copy.state.is !== "unreadable") continue;
			copy.read(this.#fleet, this.#copies[i ^ 1]); // beside the other one of its slot
			if (copy.state.is !== "unreadable") found = true;
		}
		if (found) this.repair(report);
		else if (this.#proved) this.#finish(this.#proved, report);
		else if (!this.#own) this.#placeFactory(report);
	}

	/** An address of `holder`'s was asked, whatever came of it. */
	asked(holder: VerifiedCaInformation): void {
		if (isSame(holder, this.#own ?? this.factory)) this.#asked = true;
	}

	/**
	 * Verifies one CA information and does with it what the rules say. Throws DecodeError or CertificateError for what
	 * is refused: then nothing is written, and all is as it was.
	 */
	accept(bytes: Uint8Array, source: Source): Acceptance {
		const information = VerifiedCaInformation.verify(bytes, this.#fleet);
		const way = this.#wayOf(source);
		const verdict = judge(information, this, way);
		if (verdict === "same") {
			this.#signAnew(information);
			return { outcome: "same", information };
		}
		if (way === "offer" && this.#copies.some(isUnreadableCopy)) refuse("a slot cannot be read");
		if (source.by === "address") this.#brought = true;
		else if (this.#brought && verdict !== "promote") refuse("an update is under way");
		if (verdict === "promote") {
			if (source.by === "address") this.#asked = true; // a download server has just said what is newest
			return { ...this.#promote(information), outcome: "promoted", information };
		}
		let reason: FlashReason | undefined;
		if (verdict === "store") {
			if (this.#proved) this.#promote(this.#proved);
			reason = this.#write(this.#slotForNext, information, false);
			if (!reason) return { outcome: "stored", information };
		}
		this.#candidate = information;
		return { outcome: "held", information, reason };
	}

	/**
	 * A server has proved itself by `information`, one of the `anchors`: from now on it is current, in memory at once,
	 * and on flash as far as that takes it. It is what was proved that counts, whatever the slots hold by now.
	 */
	promote(information: VerifiedCaInformation): Promotion {
		const isCurrent = information.generation <= (this.current?.generation ?? 0);
		if (isCurrent && this.#own) return { outcome: "current" };
		this.#asked = true; // whatever cannot be read, a server has just proved this one
		const promotion = this.#promote(information); // the factory's too, so that nothing older stands if it is read again
		return isCurrent ? { outcome: "current" } : { ...promotion, outcome: "promoted" };
	}

	/** What was proved last: in a slot, or in memory where flash would not take it. */
	get #own(): VerifiedCaInformation | undefined {
		const stored = this.#select().current?.information;
		return this.#proved && this.#proved.generation > (stored?.generation ?? 0) ? this.#proved : stored;
	}

	/**
	 * Whether the factory CA information may stand as current: only if it is certain that nothing newer was ever proved: the
	 * slots hold nothing whole, or a next that follows it. Where that cannot be read, its download server is asked first.
	 */
	get #factoryStands(): boolean {
		if (this.#own) return false;
		const { next } = this;
		if (this.#foreign.some(isProved)) return false;
		if (this.#slots.some(isUnreadable) && !this.#asked) return false;
		if (next) return next.follows === this.factoryGeneration;
		if (this.#foreign.some(({ follows }) => follows === undefined) && !this.#asked) return false;
		return this.#foreign.every(({ follows }) => follows === undefined || follows === this.factoryGeneration);
	}

	/** What was proved at least as late leaves nothing for it to do. */
	get #mayUseFactory(): boolean {
		return this.#own === undefined || this.#own.generation < this.factoryGeneration;
	}

	/** What acceptance would do with the factory CA information, which newer firmware brings; undefined: refuse it. */
	get #factoryVerdict(): Verdict | undefined {
		if (!this.#mayUseFactory) return undefined;
		try {
			const verdict = judge(this.factory, this, "offer");
			return verdict === "same" ? undefined : verdict;
		} catch (error) {
			if (error instanceof DecodeError) return undefined;
			throw error;
		}
	}

	get #foreign(): Foreign[] {
		return this.#copies.map(({ state }) => state).filter(state => state.is === "foreign");
	}

	#wayOf(source: Source): Way {
		if (source.by === "offer") return "offer";
		const { current } = this;
		if (!current || !isSame(source.of, current)) return "other";
		return source.https ? "current" : "offer";
	}

	/**
	 * By what the slots hold. `kept`: what next follows, where current is lost, or its proved marks are. `twin`: a slot that
	 * holds current too, since one of the two has failed. `former`: any other full slot, or one that holds what was proved
	 * under another firmware, and is below current.
	 */
	#select(): Selection {
		const copies = this.#copies,
			selected = this.#selected;
		let known = 0;
		while (known < copies.length && copies[known].state === selected[known]) known++; // a new object at each change
		if (this.#selection && known === copies.length) return this.#selection;
		this.#selected = copies.map(({ state }) => state);
		return (this.#selection = this.#selectAnew());
	}

	#selectAnew(): Selection {
		const [a, b] = this.#slots;
		const x = contentOf(a),
			y = contentOf(b);
		if (x?.proved || y?.proved) {
			const current = !y?.proved || (x?.proved && comesFirst(x, y)) ? x! : y;
			const other = this.#otherThan(current.slot);
			const generation = generationOf(current);
			// One copy of a former current may stay, because flash does not erase it. Its twin counts by itself.
			const next = contentOf(other, generation);
			if (next) return { current, next };
			const beside = contentOf(other);
			if (beside && isSame(beside.information, current.information)) return { current, twin: beside };
			const isFormer = beside ?? other.copies.some(copy => isProvedBelow(copy.state, generation));
			return isFormer ? { current, former: other } : { current };
		}
		if (!x || !y) return { next: x ?? y };
		const [next, below] = generationOf(x) >= generationOf(y) ? [x, y] : [y, x];
		return next.information.follows === generationOf(below) ? { next, kept: below } : { next, former: below.slot };
	}

	/** The slot that holds current, or was to hold it and could not. */
	#slotOf(information: VerifiedCaInformation): Slot {
		return this.#slots.find(slot => isHeldBy(slot, information)) ?? this.#slotForNext;
	}

	/** Where a slot is to be filled that is not current's. */
	get #slotForNext(): Slot {
		const { current, next } = this.#select();
		const held = current?.slot ?? (this.#proved && this.#slots.find(slot => isHeldBy(slot, this.#proved!)));
		if (held) return this.#otherThan(held);
		return next?.slot ?? this.#freeSlot;
	}

	get #freeSlot(): Slot {
		const [a, b] = this.#slots;
		const isBlank = ({ copies }: Slot) => copies.every(({ state }) => state.is === "blank");
		const isFree = (slot: Slot) => slot.copies.every(copy => this.#mayWrite(copy));
		return (
			this.#slots.find(isBlank) ?? this.#slots.find(isFree) ?? (a.copies.some(copy => this.#mayWrite(copy)) ? a : b)
		);
	}

	#otherThan(slot: Slot): Slot {
		return this.#slots[slot === this.#slots[0] ? 1 : 0];
	}

	/** A read error never causes an erase; what is proved for another firmware is left to it, unless a slot is above. */
	#mayWrite({ state }: Copy): boolean {
		if (state.is === "unreadable") return false;
		if (state.is !== "foreign" || !state.proved) return true;
		const { current } = this.#select();
		return current !== undefined && isProvedBelow(state, generationOf(current));
	}

	/** Both copies of a full slot sound, and their marks as if programmed today. */
	#mend({ slot, information, proved }: Content, report: Report): void {
		const ill: Copy[] = [];
		for (const copy of slot.copies) {
			if (!holds(copy, information)) {
				if (this.#mayWrite(copy)) ill.push(copy);
				continue;
			}
			const lacks = proved && !isProved(copy.state);
			try {
				copy.mark(proved);
			} catch (error) {
				flashReason(error); // not a fault if the marks are set: some flash programs each word only once
				if (lacks) ill.push(copy);
			}
		}
		for (const copy of ill) {
			const reason = attempt(() => copy.write(information, proved));
			this.#report(report, "copy rewritten", slot, information, reason);
		}
	}

	/** Of two slots that hold current, since flash has failed in one, that one is current whose marks can be programmed. */
	#compareTwins(): void {
		const { current, twin } = this.#select();
		if (!current || !twin) return;
		for (const copy of this.#copies)
			if (holds(copy, current.information)) attempt(() => copy.mark(isProved(copy.state)));
	}

	/** What a promotion that was cut has left is retired, once it is certain that current's copies are whole. */
	#redoPromotion(report: Report): void {
		const { current, former } = this.#select();
		if (!former) return;
		let reason: FlashReason | undefined;
		const isUnderWay = former.copies.some(({ state }) => state.is === "blank"); // its retirement
		if (current && !isUnderWay) reason = this.#write(current.slot, current.information, true);
		// What the cut has left of current's marks may not last, where they cannot be written: in former's place it will.
		if (current && reason) reason = this.#write(former, current.information, true);
		else reason = this.#retire(former);
		this.#report(report, current ? "promotion finished" : "former CA erased", former, this.#own, reason);
	}

	#finish(information: VerifiedCaInformation, report: Report): void {
		const { reason } = this.#promote(information);
		this.#report(report, "promotion finished", this.#slotOf(information), information, reason);
	}

	/** As current where it stands; as next where newer firmware brings a newer one, and there is no other. */
	#placeFactory(report: Report): void {
		let slot: Slot, reason: FlashReason | undefined;
		if (this.#factoryStands) {
			if (this.#copies.some(isUnreadableCopy)) return;
			const { next } = this.#select();
			slot = next ? this.#otherThan(next.slot) : this.#freeSlot;
			reason = this.#write(slot, this.factory, true);
		} else {
			const verdict = this.#own && this.#factoryVerdict;
			if (verdict === "promote") {
				reason = this.#promote(this.factory).reason;
				slot = this.#slotOf(this.factory);
			} else if (verdict === "store" && !this.next) {
				slot = this.#slotForNext;
				reason = this.#write(slot, this.factory, false);
			} else return;
		}
		this.#report(report, "factory CA information stored", slot, this.factory, reason);
	}

	/** The same payload, signed by a DL key that is in service, takes the place of one that a retired key has signed. */
	#signAnew(information: VerifiedCaInformation): void {
		for (const slot of this.#slots) {
			const content = contentOf(slot);
			if (content?.information.isRetired && !information.isRetired && isSame(content.information, information))
				this.#write(slot, information, content.proved);
		}
	}

	/** In memory at once; then both copies of its slot are written afresh with both marks, and a lower one is retired. */
	#promote(information: VerifiedCaInformation): { reason?: FlashReason } {
		this.#proved = information;
		if (this.#candidate && !outlives(this.#candidate, information)) this.#candidate = undefined;
		const [first, second] = this.#slotsToPromote(information);
		let reason = this.#write(first, information, true);
		if (reason && second) reason = this.#write(second, information, true);
		if (reason) return { reason };
		this.#proved = undefined;
		const { former } = this.#select();
		if (former) this.#retire(former); // if that fails, the next boot tries, and reports
		return {};
	}

	/** Where it goes, and where else if flash does not take it there. Next is kept if it is above: it follows this one. */
	#slotsToPromote(information: VerifiedCaInformation): [Slot, Slot?] {
		const { current, next } = this.#select();
		const isMissingLink = next && generationOf(next) > information.generation;
		if (isMissingLink) return [this.#otherThan(next.slot), current && next.slot];
		if (current) return [this.#otherThan(current.slot), current.slot];
		return [next?.slot ?? this.#freeSlot];
	}

	#write(slot: Slot, information: VerifiedCaInformation, proved: boolean): FlashReason | undefined {
		return writeSlot(slot, information, proved, copy => this.#mayWrite(copy));
	}

	#retire(slot: Slot): FlashReason | undefined {
		return retireSlot(slot, copy => this.#mayWrite(copy));
	}

	#report(
		report: Report,
		what: Repair,
		{ name: slot }: Slot,
		information: VerifiedCaInformation | undefined,
		reason: FlashReason | undefined,
	): void {
		const generation = information?.generation;
		report(reason ? { is: "failed", reason, slot, generation } : { is: "repaired", what, slot, generation });
	}
}

type Foreign = Extract<CopyState, { is: "foreign" }>;

function highest(generations: readonly number[]): number {
	return generations.reduce((a, b) => Math.max(a, b), 0);
}

function refuse(reason: SourceReason): never {
	throw new DecodeError(reason);
}
