// The page, in a headless Chromium, against a running rehearsal; and who may ask it for anything.

import { existsSync } from "node:fs";
import { request } from "node:http";
import { type Browser, chromium, type Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { UiServer, type UiState } from "../../host/ui/ui-server.js";
import { Rehearsal, type RehearsalResult } from "../../rehearsal/rehearsal.js";
import { RehearsalPage } from "../../rehearsal/rehearsal-page.js";
import { scenarios } from "../../rehearsal/scenarios/index.js";
import { HANG_GUARD } from "../eventually.js";

const revoked: number[] = [];
const state: UiState = {
	title: "a test",
	year: 3,
	end: 10,
	full: 1,
	authorities: [],
	downloadServers: [],
	devices: [],
	events: [{ number: 1, year: 1, text: "<b>bold</b>", bad: false }],
};
const still = await UiServer.open({
	state: () => state,
	async revoke(generation) {
		if (generation === 9) throw new Error("there is no authority of generation 9");
		revoked.push(generation);
	},
});
const { origin, hash, port, host } = new URL(still.url);
const token = hash.slice(1);

const good = { "X-Baton-Token": token, Origin: origin, "Content-Type": "application/json" };

test("it listens on 127.0.0.1 alone, and its files need no token but tell nothing", async () => {
	assert.match(still.url, /^http:\/\/127\.0\.0\.1:\d+\/#[\w-]{32}$/);
	const page = await ask("GET", "/");
	assert.is(page.status, 200);
	assert.not.match(page.body, new RegExp(token));
	assert.match(String(page.headers["content-security-policy"]), /default-src 'none'/);
	for (const path of ["/page.js", "/page.css"]) assert.is((await ask("GET", path)).status, 200);
	for (const path of ["/page.html", "/../package.json", "/%2e%2e/ui-server.ts", "/ui-server.ts", "/__proto__"])
		assert.is((await ask("GET", path)).status, 404, path);
});

test("state and commands need the token", async () => {
	const { "X-Baton-Token": _token, ...without } = good;
	const wrong: Record<string, string>[] = [
		{},
		...["", `${token}x`, "x".repeat(32)].map(other => ({ "X-Baton-Token": other })),
	];
	for (const headers of wrong) {
		assert.is((await ask("GET", "/state", headers)).status, 403);
		assert.is((await ask("POST", "/revoke", { ...without, ...headers }, '{"generation":1}')).status, 403);
	}
	assert.equal(JSON.parse((await ask("GET", "/state", good)).body), state);
});

test("commands come from its own origin, under its own name, as JSON", async () => {
	const body = '{"generation":1}';
	assert.is((await ask("POST", "/revoke", { ...good, Origin: "http://evil.example" }, body)).status, 403);
	assert.is(
		(await ask("POST", "/revoke", { "X-Baton-Token": token, "Content-Type": "application/json" }, body)).status,
		403,
	);
	assert.is((await ask("POST", "/revoke", { ...good, Host: "evil.example" }, body)).status, 421);
	assert.is((await ask("POST", "/revoke", { ...good, "Content-Type": "text/plain" }, body)).status, 415);
	assert.is((await ask("GET", "/revoke", good)).status, 405);
	for (const bad of [
		"",
		"{",
		"[]",
		'{"generation":"1"}',
		'{"generation":0}',
		'{"generation":70000}',
		`{"generation":1,"x":"${"x".repeat(2_000)}"}`,
	]) {
		assert.is((await ask("POST", "/revoke", good, bad)).status, 400, bad.slice(0, 40));
	}
	assert.equal(revoked, []);
	assert.is((await ask("POST", "/revoke", good, body)).status, 200);
	assert.equal(revoked, [1]);
	const refused = await ask("POST", "/revoke", good, '{"generation":9}');
	assert.is(refused.status, 409);
	assert.match(refused.body, /no authority of generation 9/);
});

const browserPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const inBrowser = browserPath
	? test
	: (name: string, _run: () => Promise<void>) => test.skip(`${name} (Chromium is not installed)`);
let browser: Browser | undefined;

async function openPage(url: string): Promise<{ page: Page; complaints: string[] }> {
	browser ??= await chromium.launch({
		executablePath: browserPath,
		args: ["--no-sandbox", "--disable-gpu"],
		timeout: HANG_GUARD,
	});
	const page = await browser.newPage();
	page.setDefaultTimeout(HANG_GUARD);
	const complaints: string[] = [];
	page.on("pageerror", error => complaints.push(String(error)));
	page.on("console", message => void (message.type() === "error" && complaints.push(message.text())));
	await page.goto(url);
	return { page, complaints };
}

inBrowser("what a server or a device says is shown as text", async () => {
	const { page, complaints } = await openPage(still.url);
	await page.waitForSelector("#events li");
	assert.is(await page.textContent("#events li"), "1.0<b>bold</b>");
	assert.equal(complaints, []);
	await page.close();
});

inBrowser("a rehearsal is watched, and CA A is revoked by the keyboard alone; the device follows", async () => {
	const source = new RehearsalPage();
	const server = await UiServer.open(source);
	const broken = new AbortController();
	const scenario = {
		...scenarios.get("revoked-before")!,
		timeline: [],
		end: 4_000,
		plan: { validityYears: 5_000, overlapYears: 5, retention: "for ever" as const },
	};
	const running: Promise<RehearsalResult | undefined> = Rehearsal.run(scenario, {
		board: "node",
		yearMilliseconds: 1_000,
		onBegin: rehearsal => void (source.rehearsal = rehearsal),
		signal: broken.signal,
	}).catch(() => undefined);
	try {
		const { page, complaints } = await openPage(server.url);
		await page.waitForSelector("#authorities button");
		assert.match((await page.textContent("#title"))!, /^revoked-before on the node board/);
		assert.is(await page.textContent("#authorities td:nth-child(3)"), "full");
		await page.waitForFunction(
			() => (globalThis as any).document.querySelector("#devices td:nth-child(3)")?.textContent === "A (1)",
		);
		assert.match((await page.getAttribute("#timeline svg", "aria-label"))!, /^CA A full, year 0\.0/);
		await page.focus("#authorities button");
		await page.keyboard.press("Enter");
		assert.match((await page.textContent("#confirm-text"))!, /^Revoke CA A\? Its successor takes over at once/);
		await page.keyboard.press("Escape"); // thought better of it
		assert.is(await page.textContent("#authorities td:nth-child(3)"), "full");
		await page.focus("#authorities button");
		await page.keyboard.press("Enter");
		await page.keyboard.press("Tab");
		await page.keyboard.press("Enter");
		await page.waitForFunction(
			() => (globalThis as any).document.querySelector("#authorities td:nth-child(3)").textContent === "revoked",
		);
		await page.waitForFunction(() =>
			/CA A is revoked/.test((globalThis as any).document.querySelector("#notice").textContent),
		);
		await page.waitForFunction(
			() => (globalThis as any).document.querySelector("#devices td:nth-child(3)").textContent === "B (2)",
		);
		assert.match((await page.textContent("#servers"))!, /download-2\.fleet\.example/);
		if (process.env.BATON_SCREENSHOT) await page.screenshot({ path: process.env.BATON_SCREENSHOT, fullPage: true });
		assert.equal(complaints, []);
		await page.close();
	} finally {
		broken.abort(new Error("enough"));
		await running;
		await server.close();
	}
});

test.after(async () => {
	await browser?.close();
	await still.close();
});

function ask(
	method: string,
	path: string,
	headers: Record<string, string> = {},
	body = "",
): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
	return new Promise((resolve, reject) => {
		const sent = request(
			{ host: "127.0.0.1", port, method, path, headers: { Host: host, ...headers }, agent: false },
			response => {
				let text = "";
				response.on("data", piece => (text += piece));
				response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, body: text }));
			},
		);
		sent.on("error", reject);
		sent.end(body);
	});
}

test.run();
