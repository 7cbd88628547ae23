// The C kernel, compiled with this machine's compiler and its sanitizers, against node:crypto and against BigInt: some
// 14,000 cases, random and at the edges. The vectors are in test/firmware/crypto, which runs on XS with this kernel. The curves and
// RSA: crypto-public-key.test.ts.

import { spawnSync } from "node:child_process";
import * as nodeCrypto from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../boards/bundle.js";
import { areAll, crc32, equalSecrets, span } from "../../firmware/bytes.js";
import { baseTable } from "../../firmware/crypto/c/base-table.js";
import { curveBase } from "../../firmware/crypto/c/curve-base.js";
import { mlDsa44Zetas, mlKem768Zetas } from "../../firmware/crypto/c/zetas.js";
import type { ByteSet } from "../../firmware/literals.js";
import { measureKernel, missingForKernel } from "../../measure/kernel-rv32/measure.js";
import {
	add,
	B,
	decodePoint,
	encodePoint,
	L,
	littleEndian,
	multiply,
	type Point,
	toBytes,
} from "../reference/ed25519.js";
import {
	bytes,
	type Case,
	check,
	compile,
	compiler,
	flag,
	folder,
	kernel,
	testWithCompiler,
	whyNoCompiler,
} from "./crypto-c/driver.js";

const random = nodeCrypto.randomBytes;
const below = nodeCrypto.randomInt;
function hash(name: string, data: Uint8Array) {
	return nodeCrypto.createHash(name).update(data).digest();
}
function hmac(key: Uint8Array, data: Uint8Array) {
	return nodeCrypto.createHmac("sha256", key).update(data).digest();
}
function times<T>(n: number, make: (i: number) => T) {
	return Array.from({ length: n }, (_, i) => make(i));
}

test("the base points' tables are what their generators make", () => {
	assert.is(readFileSync(join(kernel, "ed25519-base.c"), "utf8"), baseTable());
	assert.is(readFileSync(join(kernel, "curve256-base.c"), "utf8"), curveBase(256));
	assert.is(readFileSync(join(kernel, "curve384-base.c"), "utf8"), curveBase(384));
});

test("the powers of ζ are what their generator makes", () => {
	assert.is(readFileSync(join(kernel, "ml-dsa-44-zetas.h"), "utf8"), mlDsa44Zetas());
	assert.is(readFileSync(join(kernel, "ml-kem-768-zetas.h"), "utf8"), mlKem768Zetas());
});

for (const part of [bytes, kernel])
	test(`every native function of ${relative(root, part)} is called once, with its number of parameters`, () => {
		const list = readFileSync(join(part, "natives.h"), "utf8");
		const faces = readdirSync(part).filter(name => name.endsWith(".ts"));
		const face = faces.map(name => readFileSync(join(part, name), "utf8")).join("\n");
		const listed = [...list.matchAll(/^NATIVE\((\w+), (\d+)\)$/gm)].map(([, name, count]) => `${name} ${count}`);
		const calls = [...face.matchAll(/native\("(\w+)"\)\.call\(this, ([^)]*)\)/g)];
		assert.equal(calls.map(([, name, list]) => `${name} ${list!.split(", ").length}`).sort(), [...listed].sort());
	});

testWithCompiler("1,000 random comparisons, runs, sums and searches of bytes agree with TypeScript", () => {
	check(
		times(1000, i => {
			const a = random(below(80)),
				b = Buffer.from(a),
				set = i % 3 ? random(32) : Buffer.alloc(32, 0xff);
			if (i % 2 && b.length > 0) b[below(b.length)]! ^= 1 << below(8);
			const same = i % 4 === 0 ? Buffer.alloc(a.length, i) : a;
			const sums = Buffer.alloc(8);
			sums.writeInt32LE(crc32(a));
			sums.writeInt32LE(crc32(b, crc32(a)), 4);
			const lengths = Buffer.from([span(a, 0, set as Uint8Array as ByteSet)]);
			return [
				{ operation: "b", parts: [a, b, set], expected: Buffer.concat([flag(equalSecrets(a, b)), sums, lengths]) },
				{ operation: "B", parts: [same, Uint8Array.of(i)], expected: flag(areAll(same, i & 255)) },
			];
		}).flat(),
	);
});

testWithCompiler("2,400 random SHA-256, SHA-384 and SHA-512 agree with node:crypto, whole and in pieces", () => {
	check(
		times(800, i => {
			const data = random(i < 300 ? i : below(5000));
			const small = hash("sha256", data),
				large = hash("sha512", data);
			const pieces = Buffer.concat([Uint8Array.of(1 + below(200)), random(3)]);
			return [
				{ operation: "s", parts: [data], expected: small },
				{ operation: "S", parts: [data], expected: Buffer.concat([large, hash("sha384", data)]) },
				{ operation: "p", parts: [data, pieces], expected: Buffer.concat([small, large]) },
			];
		}).flat(),
	);
});

testWithCompiler("2,000 random SHAKE and SHA-3 agree with node:crypto, in pieces of any length", () => {
	const functions = [
		["shake128", 168, 0x1f],
		["shake256", 136, 0x1f],
		["sha3-256", 136, 0x06],
		["sha3-512", 72, 0x06],
	] as const;
	check(
		times(2000, i => {
			const [name, rate, suffix] = functions[i % 4]!;
			const data = random(i < 1200 ? i >> 2 : below(2000));
			const outputLength = name === "sha3-256" ? 32 : name === "sha3-512" ? 64 : 1 + below(700);
			const expected = nodeCrypto.createHash(name, { outputLength }).update(data).digest();
			const how = Uint8Array.of(rate, suffix, 1 + below(255));
			return { operation: "K", parts: [data, how, Uint8Array.of(outputLength & 255, outputLength >> 8)], expected };
		}),
	);
});

testWithCompiler("1,500 random HMACs and key derivations agree with node:crypto", () => {
	check(
		times(750, i => {
			const key = random(i % 150),
				data = random(below(300)),
				info = random(below(80));
			const length = i < 100 ? i : i === 100 ? 8160 : below(300);
			const count = Uint8Array.of(length & 255, length >> 8);
			return [
				{ operation: "h", parts: [key, data], expected: hmac(key, data) },
				{ operation: "e", parts: [key, info, count], expected: expand(key, info, length) },
			];
		}).flat(),
	);
});

/** RFC 5869 §2.3 on node's HMAC: its own HKDF does not take a pseudorandom key. */
function expand(key: Uint8Array, info: Uint8Array, length: number): Buffer {
	const blocks = [Buffer.alloc(0)];
	for (let i = 1; 32 * (i - 1) < length; i++) {
		blocks.push(hmac(key, Buffer.concat([blocks.at(-1)!, info, Uint8Array.of(i)])));
	}
	return Buffer.concat(blocks).subarray(0, length);
}

for (const [title, name, seal, open, keyLength] of [
	["ChaCha20-Poly1305", "chacha20-poly1305", "c", "C", 32],
	["AES-128-GCM", "aes-128-gcm", "g", "G", 16],
] as const) {
	testWithCompiler(`1,800 random ${title} agree with node:crypto, and none that was changed is opened`, () => {
		check(
			times(600, i => {
				const key = random(keyLength),
					nonce = random(12),
					additional = random(i % 5 ? below(40) : 0);
				const text = random(i < 200 ? i : below(1500));
				const cipher = nodeCrypto.createCipheriv(name as "aes-128-gcm", key, nonce, { authTagLength: 16 });
				cipher.setAAD(additional, { plaintextLength: text.length });
				const sealed = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
				const changed = Buffer.from(sealed);
				changed[below(changed.length)]! ^= 1 << below(8);
				const secret = Buffer.concat([key, nonce]);
				const unchanged = changed.subarray(0, -16); // of what was to be opened
				return [
					{ operation: seal, parts: [secret, additional, text], expected: sealed },
					{ operation: open, parts: [secret, additional, sealed], expected: Buffer.concat([flag(true), text]) },
					{
						operation: open,
						parts: [secret, additional, changed],
						expected: Buffer.concat([flag(false), unchanged]),
					},
				];
			}).flat(),
		);
	});
}

testWithCompiler("1,000 random X25519, and their public keys, agree with node:crypto", () => {
	const prefix = Buffer.from("302e020100300506032b656e04220420", "hex");
	check(
		times(1000, i => {
			const scalar = i % 10 === 0 ? sparse(32) : random(32),
				u = random(32); // half of all u are on the twist
			const key = Buffer.concat([prefix, scalar]); // PKCS #8, RFC 8410 §7
			const privateKey = nodeCrypto.createPrivateKey({ key, format: "der", type: "pkcs8" });
			const publicKey = nodeCrypto.createPublicKey({
				key: { kty: "OKP", crv: "X25519", x: u.toString("base64url") },
				format: "jwk",
			});
			const expected = nodeCrypto.diffieHellman({ privateKey, publicKey });
			const own = Buffer.from(nodeCrypto.createPublicKey(privateKey).export({ format: "jwk" }).x!, "base64url");
			return [
				{ operation: "x", parts: [scalar, u], expected },
				{ operation: "X", parts: [scalar], expected: own },
			];
		}).flat(),
	);
});

function keyObject(publicKey: Uint8Array) {
	return nodeCrypto.createPublicKey({
		key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(publicKey).toString("base64url") },
		format: "jwk",
	});
}

/** Both ways of verifying, and node's verdict. The key was prepared before. */
function verifyCases(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array, verdict?: boolean): Case[] {
	const expected = flag(nodeCrypto.verify(null, message, keyObject(publicKey), signature));
	if (verdict !== undefined) assert.is(expected[0] === 1, verdict);
	const parts = [publicKey, message, signature];
	return [
		{ operation: "v", parts, expected },
		{ operation: "V", parts, expected },
	];
}

testWithCompiler("4,000 verdicts on random signatures, good and corrupted, agree with node:crypto", () => {
	check(
		times(40, () => {
			const { publicKey, privateKey } = nodeCrypto.generateKeyPairSync("ed25519");
			const raw = Buffer.from(publicKey.export({ format: "jwk" }).x!, "base64url");
			const cases: Case[] = [{ operation: "k", parts: [raw], expected: flag(true) }];
			for (let i = 0; i < 25; i++) {
				const message = random(below(400)),
					signature = nodeCrypto.sign(null, message, privateKey);
				cases.push(...verifyCases(raw, message, signature, true));
				const corrupted = Buffer.from(signature);
				corrupted[below(64)]! ^= 1 << below(8);
				cases.push(...verifyCases(raw, message, corrupted));
			}
			return cases;
		}).flat(),
	);
});

testWithCompiler("S + L is refused, and so is the encoding of R with y + p", () => {
	const { publicKey, privateKey } = nodeCrypto.generateKeyPairSync("ed25519");
	const raw = Buffer.from(publicKey.export({ format: "jwk" }).x!, "base64url");
	const message = random(100),
		signature = nodeCrypto.sign(null, message, privateKey);
	const S = littleEndian(signature.subarray(32));
	const cases: Case[] = [{ operation: "k", parts: [raw], expected: flag(true) }];
	for (let i = 1n; S + i * L < 2n ** 256n; i++) {
		cases.push(...verifyCases(raw, message, Buffer.concat([signature.subarray(0, 32), toBytes(S + i * L)]), false));
	}
	check(cases);
});

/** The points of order 1, 2, 4 and 8, in every encoding that the lenient decoder takes. */
function torsionEncodings(): Uint8Array[] {
	const order8 = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05";
	const eighth = multiply(L, decodePoint(Buffer.from(order8, "hex"))!);
	const found = new Map<string, Uint8Array>();
	for (let i = 0n; i < 8n; i++) {
		const bytes = Buffer.from(encodePoint(multiply(i, eighth)));
		for (const sign of [0, 128]) {
			const y = littleEndian(bytes) % 2n ** 255n;
			for (const encoding of [y, y + 2n ** 255n - 19n]) {
				if (encoding >= 2n ** 255n) continue;
				const variant = Buffer.from(toBytes(encoding));
				variant[31]! |= sign;
				found.set(variant.toString("hex"), variant);
			}
		}
	}
	return [...found.values()];
}

testWithCompiler("keys and R of small order, in every encoding, get node:crypto's verdicts", () => {
	const points = torsionEncodings();
	assert.is(points.length, 14);
	let accepted = 0;
	const cases = points.flatMap(key => {
		const all: Case[] = [{ operation: "k", parts: [key], expected: flag(true) }];
		for (const R of points) {
			for (let i = 0; i < 8; i++) {
				const message = hash("sha256", Buffer.concat([key, R, Buffer.of(i)])); // at every run the same are accepted
				const some = verifyCases(key, message, Buffer.concat([R, new Uint8Array(32)]));
				if ((some[0]!.expected as Uint8Array)[0]) accepted++;
				all.push(...some);
			}
		}
		return all;
	});
	assert.ok(accepted > 100);
	check(cases);
});

testWithCompiler("keys with a part of small order get node:crypto's verdicts: the check is cofactorless", () => {
	const torsion = torsionEncodings().map(bytes => decodePoint(bytes)!);
	const cases: Case[] = [];
	let accepted = 0,
		refused = 0;
	for (let i = 0; i < 24; i++) {
		const a = littleEndian(random(32)) % L,
			r = littleEndian(random(32)) % L;
		const mixed: Point = add(multiply(a, B), torsion[i % torsion.length]!);
		const key = encodePoint(mixed),
			R = encodePoint(multiply(r, B));
		cases.push({ operation: "k", parts: [key], expected: flag(true) });
		for (let j = 0; j < 12; j++) {
			const message = random(32);
			const k = littleEndian(hash("sha512", Buffer.concat([R, key, message]))) % L;
			const both = verifyCases(key, message, Buffer.concat([R, toBytes((r + k * a) % L)]));
			if ((both[0]!.expected as Uint8Array)[0]) accepted++;
			else refused++;
			cases.push(...both);
		}
	}
	assert.ok(accepted > 20 && refused > 20, `${accepted} accepted, ${refused} refused`);
	check(cases);
});

testWithCompiler("random bytes that are no point are refused as key and as R", () => {
	const cases: Case[] = [];
	for (let i = 0; i < 200; i++) {
		const key = random(32),
			signature = Buffer.concat([random(32), toBytes(littleEndian(random(32)) % L)]);
		const isPoint = decodePoint(key) !== undefined;
		cases.push({ operation: "k", parts: [key], expected: flag(isPoint) });
		cases.push({ operation: "v", parts: [key, random(5), signature], expected: flag(false) });
	}
	check(cases);
});

const p = 2n ** 255n - 19n;
function modulo(a: bigint, m = p) {
	return ((a % m) + m) % m;
}

function power(base: bigint, exponent: bigint): bigint {
	let result = 1n;
	for (let square = modulo(base); exponent > 0n; exponent >>= 1n, square = (square * square) % p) {
		if (exponent & 1n) result = (result * square) % p;
	}
	return result;
}

/** Bytes of which most words are 0, 1, all ones or nearly so. */
function sparse(length: number): Buffer {
	const bytes = random(length);
	const words = [0, 1, 2, 18, 19, 20, 38, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 0xffffffed, 0xffffffda];
	for (let i = 0; i < length; i += 4) if (below(8)) bytes.writeUInt32LE(words[below(words.length)]!, i);
	return bytes;
}

/** Any number that a field element may be: word 7 at most 2^31 + 39. */
function element(i: number): Buffer {
	const edges = [0n, 1n, 2n, 19n, p - 1n, p, p + 1n, 2n ** 255n - 1n, 2n ** 255n, 2n ** 255n + 40n * 2n ** 224n - 1n];
	if (i < edges.length) return Buffer.from(toBytes(edges[i]!));
	const bytes = i % 3 ? sparse(32) : random(32);
	const top = bytes.readUInt32LE(28);
	if (top > 0x80000027) bytes.writeUInt32LE(i % 2 ? 0x80000027 - (top % 41) : top & 0x7fffffff, 28);
	return bytes;
}

testWithCompiler("field arithmetic agrees with BigInt at the edges of its words, aliased or not: 1,500 pairs", () => {
	check(
		times(1500, i => {
			const f = element(i < 100 ? i % 10 : i),
				g = element(i < 100 ? Math.floor(i / 10) : i + 1);
			const x = littleEndian(f),
				y = littleEndian(g);
			const product = x * y,
				root = power(x, 2n ** 252n - 3n),
				inverse = power(x, p - 2n);
			const expected = [
				product,
				product,
				product,
				x * x,
				x * x,
				x * x,
				power(x, 32n),
				x * x,
				y * y,
				x + y,
				x + y,
				x + y,
				x + x,
				x - y,
				x - y,
				x - y,
				0n,
				x + y,
				x - y,
				x + y,
				x - y,
				x + y,
				x - y,
				(x + 121665n * y) * x,
				x,
				x,
				inverse,
				inverse,
				inverse,
				root,
				root,
			].map(value => modulo(value));
			return {
				operation: "f",
				parts: [f, g],
				expected(answer) {
					const got = expected.map((_, n) => littleEndian(answer.subarray(32 * n, 32 * n + 32)));
					const where = `f = ${x.toString(16)}, g = ${y.toString(16)}`;
					assert.equal(
						got.map(value => modulo(value)),
						expected,
						where,
					);
					for (const n of [24, 25, 26, 27, 28]) assert.ok(got[n]! < p, `least of its class: ${where}`);
					assert.is(answer[32 * expected.length], modulo(x) === 0n ? 1 : 0);
				},
			};
		}),
	);
});

testWithCompiler("scalars are reduced and halved as BigInt has it: 2,000 of them, freaks too", () => {
	const freaks = [0n, 1n, 2n, 3n, 4n, 7n, 8n, L - 1n, L - 2n, (L - 1n) / 2n, (L + 1n) / 2n, L / 3n, L / 4n, L / 8n];
	for (let i = 0n; i < 253n; i += 3n) freaks.push(modulo(2n ** i, L), modulo(2n ** i - 1n, L), modulo(-(2n ** i), L));
	check(
		times(2000, i => {
			const wide = i % 2 ? sparse(64) : random(64);
			const k = freaks[i] ?? littleEndian(random(32)) % L;
			const x = littleEndian(wide.subarray(0, 32)),
				y = littleEndian(wide.subarray(32));
			return {
				operation: "n",
				parts: [wide, toBytes(k)],
				expected(answer) {
					assert.is(littleEndian(answer.subarray(0, 32)), littleEndian(wide) % L);
					assert.is(littleEndian(answer.subarray(32, 64)), (x * y) % L);
					assert.is(answer[64], x < L ? 1 : 0);
					const c = littleEndian(answer.subarray(66, 98)),
						d = littleEndian(answer.subarray(98, 130));
					const signed = answer[65] ? -c : c;
					assert.is(modulo(signed * k - d, 8n * L), 0n, `halving ${k}`);
					assert.ok(c % 2n === 1n && c < L, `an odd multiplier for ${k}`);
					if (i >= freaks.length) assert.ok(c < 2n ** 140n && d < 2n ** 140n, `half as long: ${k}`);

					const digits = new Int8Array(answer.subarray(134));
					const count = answer.readUInt32LE(130);
					let sum = 0n,
						last = -4;
					digits.forEach((digit, n) => {
						if (digit === 0) return;
						assert.ok(digit % 2 !== 0 && Math.abs(digit) <= 7 && n - last >= 4 && n < count);
						last = n;
						sum += BigInt(digit) * 2n ** BigInt(n);
					});
					assert.is(sum, x);
				},
			};
		}),
	);
});

const noValgrind = whyNoValgrind();

function whyNoValgrind(): string | undefined {
	if (whyNoCompiler) return whyNoCompiler;
	if (spawnSync("valgrind", ["--version"]).status !== 0) return "no valgrind here: install the package valgrind";
	const probe = join(folder, "probe.c");
	writeFileSync(probe, "#include <valgrind/memcheck.h>\n");
	const hasHeader = spawnSync(compiler, ["-fsyntax-only", probe]).status === 0;
	return hasHeader ? undefined : "no valgrind/memcheck.h here: install the package valgrind";
}

for (const level of ["-O2", "-Os"]) {
	const name = `no branch and no address depends on a secret in the code compiled with ${level}`;
	if (noValgrind) test.skip(`${name} [${noValgrind}]`, () => {});
	else
		test(name, () => {
			const program = compile("secrets", [level]);
			const run = (...args: string[]) => spawnSync("valgrind", ["-q", "--error-exitcode=9", program, ...args]);
			const { status, stderr } = run();
			assert.is(status, 0, stderr.toString());
			assert.is(run("leak").status, 9, "what does leak is reported");
		});
}

// Counts are exact and the same at every run, so they can be limits. The bench's program compares each result with
// node:crypto's, and fails if any two secrets take a different number of instructions.
const NAME = "on rv32imc the kernel keeps to its limits of code and instructions, and its time tells no secret";
const missing = await missingForKernel();
if (missing) test.skip(`${NAME} [${missing}]`, () => {});
else
	test(NAME, async () => {
		const { operations, text, modules } = await measureKernel();
		const count = (operation: string) => operations[operation]!.instructions;
		const atMost = (what: string, value: number, limit: number) =>
			assert.ok(value <= limit, `${what}: ${value}, at most ${limit}`);
		atMost("bytes of machine code", text, 24 << 10);
		atMost("verify", count("verify") - count("verify-hash"), 1_400_000);
		atMost("verify, key known", count("verify-prepared") - count("verify-hash"), 650_000);
		atMost("P-256 verify", count("p256"), 3_000_000);
		atMost("P-384 verify", count("p384"), 10_000_000);
		atMost("RSA-2048 verify, PKCS #1 v1.5", count("rsa2048-pkcs1"), 1_500_000);
		atMost("RSA-2048 verify, PSS", count("rsa2048-pss"), 1_500_000);
		atMost("bytes of machine code for P-256", modules["p256"]!.text, 5 << 10);
		atMost("bytes of machine code for RSA", modules["rsa"]!.text, 2560);
		atMost("comparison of two secrets of 32 bytes", count("equal-secrets"), 300);
		atMost("X25519", count("x25519"), 1_500_000);
		atMost("X25519 public key", count("x25519-public-key"), 600_000);
		atMost("SHA-512 of 1 KiB", count("sha512"), 130_000);
		atMost("ChaCha20-Poly1305 of 1 KiB", count("chacha20poly1305"), 45_000);
		atMost("ML-DSA-44 verify", count("ml-dsa-44-verify"), 2_600_000);
		atMost("HSS/LMS verify", count("hss-lms-verify"), 3_000_000);
		atMost("stack of HSS/LMS", operations["hss-lms-verify"]!.stackBytes, 600);
		atMost("ML-KEM-768 key", count("ml-kem-768-generate"), 1_200_000);
		atMost("ML-KEM-768 decapsulate", count("ml-kem-768-decapsulate"), 1_700_000);
		atMost("bytes of ML-DSA-44", modules["ml-dsa-44"]!.text + modules["ml-dsa-44"]!.tables, 9000);
		for (const operation in operations) atMost(`stack of ${operation}`, operations[operation]!.stackBytes, 4096);
	});

test.run();
