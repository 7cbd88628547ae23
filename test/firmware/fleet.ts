// A fleet in memory, and a device that lives in it: the firmware as main.ts composes it, with flash that fails as a test
// says, a network without sockets and time that passes when a test says so. CAs are letters; CA information 2 by B is
// `info("B", 2)`. Runs on every engine.

import { ed25519Prepare } from "../../firmware/crypto/kernel.js";
import type { Device } from "../../firmware/device.js";
import { main } from "../../firmware/main.js";
import type { Board } from "../../firmware/ports.js";
import type { AuthenticatedServer, GetRequest, Network, Response, Server } from "../../firmware/session.js";
import type { Settings } from "../../firmware/settings.js";
import { TransportError } from "../../firmware/transport.js";
import type { HttpURL } from "../../firmware/url.js";
import { CertificateError } from "../../firmware/x509/certificate.js";
import { readTrustAnchor, type TrustAnchor } from "../../firmware/x509/path.js";
import { Dice } from "../dice.js";
import { FlashEmulator } from "../flash-emulator.js";
import { fromHex } from "../hex.js";
import { publicKeyOf } from "../reference/ed25519.js";
import { VirtualClock } from "../virtual-clock.js";
import { CERTIFICATE_A, CERTIFICATE_B, CERTIFICATE_C, CERTIFICATE_D } from "./trust/certificates.js";
import { type Content, dlSeed, FLEET_NAME, issue, spareSeed } from "./trust/issue.js";

export type CA = "A" | "B" | "C" | "D";
const certificates: Record<CA, string> = { A: CERTIFICATE_A, B: CERTIFICATE_B, C: CERTIFICATE_C, D: CERTIFICATE_D };
const anchorOf = Object.fromEntries(
	Object.entries(certificates).map(([ca, hex]) => [ca, readTrustAnchor(fromHex(hex))]),
) as Record<CA, TrustAnchor>;
export const dlKey = ed25519Prepare(publicKeyOf(dlSeed))!;
export const spareKey = ed25519Prepare(publicKeyOf(spareSeed))!;
export { dlSeed, spareSeed };

const issued = new Map<string, Uint8Array>();

/** CA information `generation` with the certificate of `ca`, signed by the DL key. */
export function info(ca: CA, generation: number, more: Partial<Content> = {}, seed = dlSeed): Uint8Array {
	const key = JSON.stringify([ca, generation, more, seed[0]]);
	let bytes = issued.get(key);
	if (!bytes) issued.set(key, (bytes = issue({ generation, certificate: certificates[ca], ...more }, { seed })));
	return bytes;
}

export const SERVICE = "service.fleet.example";

/** The host that CA information `generation` names. */
export function downloadOf(generation: number): string {
	return `download-${generation + 1}.fleet.example`;
}

/** What a server answers: a body, with status 200; another status; or what `get` rejects with. */
export type Answer = Uint8Array | number | Error;

/** Who answers at a name: shows a certificate by a CA, or ends the handshake with an error. At `http:` it shows none. */
export interface Host {
	by?: CA;
	handshake?: Error;
	answer?: Answer;
	/** Called when it has proved itself, before whoever connects hears of that. */
	meanwhile?(): void;
}

export class MemoryNetwork implements Network {
	readonly hosts = new Map<string, Host>();
	/** Each connection: `service`, or the generation that names the download server; and each request's User-Agent. */
	readonly connections: string[] = [];
	readonly userAgents: string[] = [];
	/** No name resolves. */
	isDown = false;

	async connect({ host }: HttpURL, anchors: readonly TrustAnchor[]): Promise<AuthenticatedServer> {
		const { by, handshake, meanwhile, answer } = this.#find(host);
		if (handshake) throw handshake;
		const anchor = anchors.findIndex(each => by !== undefined && isOf(each, by));
		if (anchor < 0) throw new CertificateError("unknown issuer");
		meanwhile?.();
		return { anchor, ...this.#server(answer) };
	}

	async connectPlain({ host }: HttpURL): Promise<Server> {
		return this.#server(this.#find(host).answer);
	}

	#find(host: string): Host {
		this.connections.push(host.replace(".fleet.example", ""));
		if (this.isDown) throw new TransportError("name not resolved");
		const found = this.hosts.get(host);
		if (!found) throw new TransportError("connection refused");
		return found;
	}

	#server(answer: Answer = 200): Server {
		return {
			get: async ({ userAgent }: GetRequest): Promise<Response> => {
				this.userAgents.push(userAgent);
				if (answer instanceof Error) throw answer;
				if (typeof answer === "number") return { status: answer, body: new Uint8Array(0) };
				return { status: 200, body: answer };
			},
			close() {},
		};
	}
}

function isOf({ publicKey }: TrustAnchor, ca: CA): boolean {
	const { bytes } = anchorOf[ca].publicKey;
	return publicKey.bytes.every((byte, i) => byte === bytes[i]);
}

export class MemoryFleet extends MemoryNetwork {
	/** The service shows a certificate by `ca` from now on; undefined: nobody answers there. */
	service(ca: CA | undefined, more: Omit<Host, "by"> = {}): void {
		if (ca) this.hosts.set(SERVICE, { by: ca, ...more });
		else this.hosts.delete(SERVICE);
	}

	/** The service ends each handshake so. */
	serviceRefuses(handshake: Error): void {
		this.hosts.set(SERVICE, { handshake });
	}

	/** The download server that CA information `generation` names shows a certificate by `ca`, and answers so. */
	download(generation: number, ca: CA, answer: Answer, more: Omit<Host, "by" | "answer"> = {}): void {
		this.hosts.set(downloadOf(generation), { by: ca, answer, ...more });
	}
}

/** A device with flash of its own. What it says is kept until it is asked for. */
export class MemoryDevice {
	readonly chip: FlashEmulator;
	readonly clock = new VirtualClock();
	readonly network: Network;
	device!: Device;
	#lines: string[] = [];
	readonly #dice: Dice;
	readonly #settings: Settings;

	constructor(network: Network, settings: Partial<Settings> = {}, chip = new FlashEmulator(), seed = 1) {
		this.network = network;
		this.chip = chip;
		this.#dice = new Dice(seed);
		this.#settings = {
			fleet: FLEET_NAME,
			factory: info("A", 1),
			dlKeys: [dlKey],
			service: `https://${SERVICE}/`,
			...settings,
		};
		this.boot();
	}

	/** The power comes back. Gives the boot's line, without its name: `1 -`. */
	boot(settings: Partial<Settings> = {}, board: Partial<Board> = {}): string {
		this.clock.clearAll();
		this.chip.powerOn();
		Object.assign(this.#settings, settings);
		const own: Board = {
			openFlash: partition => this.chip.open(partition),
			TCP: undefined as never,
			resolver: undefined as never,
			timer: this.clock,
			ticks: () => this.clock.now,
			random: this.#dice.fill,
			print: line => void this.#lines.push(line),
			...board,
		};
		this.device = main(own, this.#settings, this.network);
		const line = this.#lines.find(each => each.startsWith("boot "))!;
		return line.replace(/^boot current=(\S+) next=(\S+)$/, "$1 $2");
	}

	/** As `boot`; forgets what was said before. */
	reboot(settings: Partial<Settings> = {}, board: Partial<Board> = {}): string {
		this.told();
		return this.boot(settings, board);
	}

	get dlKeys(): Settings["dlKeys"] {
		return this.#settings.dlKeys;
	}

	authenticate(): Promise<boolean> {
		return this.device.authenticate();
	}

	/** What it has said since it was asked last, the reasons of repairs included. */
	told(): string[] {
		const lines = this.#lines;
		this.#lines = [];
		return lines;
	}

	/** One session with the service; what the device said in it. */
	async session(): Promise<string[]> {
		this.told();
		await this.device.authenticate();
		return this.told();
	}

	/** One poll; what the device said in it, and what the poller hears. */
	async poll(): Promise<string[]> {
		this.told();
		const result = await this.device.poll();
		return [...this.told(), result];
	}

	/** Is offered `bytes`; what it said to that. */
	offer(bytes: Uint8Array): string[] {
		this.told();
		this.device.offer(bytes);
		return this.told();
	}

	/** Time passes, and what it sets off happens. */
	async live(milliseconds: number): Promise<string[]> {
		this.told();
		const settle = async () => {
			for (let i = 0; i < 50; i++) await Promise.resolve();
		};
		await settle();
		await this.clock.live(milliseconds, settle, () => false);
		return this.told();
	}
}

/** What a device says of a session that went well. */
export function authenticated(generation: number, slot: "current" | "next" | "candidate" | "factory"): string {
	return `authenticated server=service generation=${generation} slot=${slot}`;
}
