// The page, in a headless Chromium, against a running rehearsal; and who may ask it for anything.

import { existsSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Adoption, accessLine } from "../../host/adoption.js";
import { Findings } from "../../host/check.js";
import { Fleet } from "../../host/fleet.js";
import { FleetDesk } from "../../host/fleet-desk.js";
import { begin } from "../../host/operator.js";
import { FleetPage } from "../../host/ui/fleet-page.js";
import { UiServer, type UiState } from "../../host/ui/ui-server.js";
import { Rehearsal, type RehearsalResult } from "../../rehearsal/rehearsal.js";
import { RehearsalPage } from "../../rehearsal/rehearsal-page.js";
import { scenarios } from "../../rehearsal/scenarios/index.js";
import { HANG_GUARD } from "../eventually.js";
import { flashFolder } from "./device-run.js";
import { runInProcess } from "./in-process.js";

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

test("a rehearsal that has ended is shown as it ended, when its folder is gone", async () => {
	const page = new RehearsalPage();
	const operation = begin({ validityYears: 20, overlapYears: 5, retention: "for ever" }).operation;
	const folder = { hasBegun: true };
	const rehearsal = {
		...{ scenario: scenarios.get("normal")!, board: "node", year: 23, operation, record: [], deviceIsOn: false },
		...{ slots: { current: 2, next: null }, fleet: { served: () => undefined } },
		get hasBegun() {
			return folder.hasBegun;
		},
	};
	assert.is(page.state().title, "waiting for the rehearsal");
	page.begin(rehearsal as unknown as Rehearsal);
	const running = page.state();
	assert.match(running.title, /^normal on the node board/);
	page.end();
	folder.hasBegun = false;
	page.notice = "The rehearsal has ended: ok.";
	assert.equal(page.state(), { ...running, notice: page.notice });
	await page.revoke(1).then(
		() => assert.unreachable(),
		({ message }) => assert.is(message, "no rehearsal is running"),
	);
});

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
		onBegin: rehearsal => source.begin(rehearsal),
		signal: broken.signal,
	}).catch(() => undefined);
	try {
		const { page, complaints } = await openPage(server.url);
		await page.waitForSelector("#authorities button");
		assert.match((await page.textContent("#title"))!, /^revoked-before on the node board/);
		assert.is(await page.textContent("#authorities td:nth-child(2)"), "full");
		await page.waitForFunction(
			() => (globalThis as any).document.querySelector("#devices td:nth-child(2)")?.textContent === "A",
		);
		assert.match((await page.getAttribute("#timeline svg", "aria-label"))!, /^CA A full, 0\.0 to /);
		await page.focus("#authorities button");
		await page.keyboard.press("Enter");
		assert.match((await page.textContent("#confirm-text"))!, /^Revoke CA A\? Its successor takes over at once/);
		await page.keyboard.press("Escape"); // thought better of it
		assert.is(await page.textContent("#authorities td:nth-child(2)"), "full");
		await page.focus("#authorities button");
		await page.keyboard.press("Enter");
		await page.keyboard.press("Tab");
		await page.keyboard.press("Enter");
		await page.waitForFunction(
			() => (globalThis as any).document.querySelector("#authorities td:nth-child(2)").textContent === "revoked",
		);
		await page.waitForFunction(() =>
			/CA A is revoked/.test((globalThis as any).document.querySelector("#notice-text").textContent),
		);
		await page.waitForFunction(
			() => (globalThis as any).document.querySelector("#devices td:nth-child(2)").textContent === "B",
		);
		assert.is(await page.evaluate(() => (globalThis as any).document.activeElement.id), "timeline-heading");
		assert.match((await page.textContent("#servers"))!, /download-2\.fleet\.example/);
		await page.click("#dismiss");
		assert.not(await page.isVisible("#notice"));
		await pictures(page, "rehearsal");
		assert.equal(complaints, []);
		await page.close();
	} finally {
		broken.abort(new Error("enough"));
		await running;
		await server.close();
	}
});

/** Pictures that somebody should look at, in BATON_SCREENSHOTS; whatever the width, nothing is cut, and text can be read. */
async function pictures(page: Page, name: string): Promise<void> {
	for (const colorScheme of ["light", "dark"] as const) {
		for (const width of [1280, 390, 360]) {
			await page.emulateMedia({ colorScheme });
			await page.setViewportSize({ width, height: 900 });
			await page.waitForFunction(() => {
				const { document } = globalThis as any;
				const { clientWidth } = document.querySelector("#timeline");
				return document.querySelector("#timeline svg").getBoundingClientRect().width === clientWidth;
			});
			const seen = await page.evaluate(() => {
				const { document, getComputedStyle } = globalThis as any;
				const { scrollWidth, clientWidth } = document.documentElement;
				const text = document.querySelector("#timeline text");
				const scale = text.getScreenCTM().a;
				const table = document.querySelector("#authorities").closest(".scroll");
				const overflows = scrollWidth > clientWidth || table.scrollWidth > table.clientWidth;
				return { overflows, text: parseFloat(getComputedStyle(text).fontSize) * scale };
			});
			assert.equal(seen, { overflows: false, text: 12 }, `${colorScheme}, ${width} px`);
			const folder = process.env.BATON_SCREENSHOTS;
			if (folder) await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
		}
	}
}

inBrowser(
	"a fleet is shown by the calendar: today, the overlap, what is due and missing, adoption by age",
	async () => {
		const folder = flashFolder();
		const done = async (...words: string[]) => {
			const { code, error } = await runInProcess(words, folder);
			assert.is(code, 0, error);
		};
		await done(
			"init",
			"--fleet",
			"example",
			"--service",
			"service.example",
			"--download-url",
			"https://download-{n}.example/ca",
		);
		await done("ca", "issue");
		const fleet = Fleet.open(join(folder, "fleet"));
		const later = fleet.yearOf(new Date()) + 16.2; // years
		const desk = new FleetDesk({ fleet, year: () => later, signer: () => undefined });
		const lines = Array.from({ length: 60 }, (_, i) =>
			accessLine(
				{
					address: `192.0.2.${i}`,
					method: "GET",
					path: "/ca",
					status: 404,
					bytes: 0,
					userAgent: i < 40 ? "baton/1 (1,2)" : i < 58 ? "baton/1 (1,-)" : "baton/1 (1,-; failed=unknown issuer)",
				},
				new Date(Date.now() - (i < 50 ? 5 : 50) * 86_400_000),
			),
		);
		writeFileSync(fleet.accessLog, `${lines.join("\n")}\n`);
		rmSync(fleet.at(2).informationFile);
		const adoption = new Adoption(fleet, { days: 30 });
		const server = await UiServer.open(
			new FleetPage(
				desk,
				adoption,
				new Findings(fleet),
				async generation => void (await desk.give({ order: "revoke", generation })),
			),
		);
		try {
			const { page, complaints } = await openPage(server.url);
			await page.waitForSelector("#authorities button");
			assert.is(await page.textContent("#title"), "fleet example");
			assert.is(await page.textContent("#now"), fleet.dateOf(later).toISOString().slice(0, 10));
			const timeline = await page.$$eval("#timeline text", all => all.map(({ textContent }) => textContent));
			const year = Number(fleet.settings.begins.slice(0, 4));
			assert.ok(
				timeline.includes("today") && timeline.includes(String(Math.ceil((year + 1) / 5) * 5)),
				timeline.join(" "),
			);
			assert.match(
				(await page.getAttribute("#timeline svg", "aria-label"))!,
				/^CA A full, \d{4}-\d\d-\d\d to .*; CA B provisional, .*; CA C planned, /,
			);
			assert.match((await page.textContent("#alarms"))!, /CA information 2 is not signed.*carry .*to-sign\.cbor/);
			assert.match((await page.textContent("#coming"))!, /^Next by date: \d{4}-\d\d-\d\d, the current authority ends/);
			assert.is(await page.textContent("#services"), "service.example-by A and B");
			assert.is(await page.textContent("#adoption-heading"), "Adoption of CA B");
			assert.equal(await page.$$eval("#adoption li", all => all.map(({ textContent }) => textContent)), [
				"within 33 days40 of 50",
				"33 to 90 days ago0 of 10",
			]);
			assert.equal(await page.$$eval("#devices tr", all => all.map(({ textContent }) => textContent)), [
				"40AB",
				"18A-",
				"2A-unknown issuer",
			]);
			assert.not.match((await page.textContent("body"))!, /figure/);
			assert.match((await page.textContent("#events"))!, /^\d{4}-\d\d-\d\dCA A: authority in full operation/);
			await pictures(page, "fleet");
			assert.equal(complaints, []);
			await page.close();
		} finally {
			await server.close();
			await adoption.close();
		}
	},
);

inBrowser("without the token the page says what is missing", async () => {
	const { page } = await openPage(`${origin}/`);
	assert.match((await page.textContent("#notice-text"))!, /needs the whole address that baton printed/);
	await page.close();
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
