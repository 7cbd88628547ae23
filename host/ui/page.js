// The page: asks for the state and shows it, a rehearsal's twice a second, a fleet's every three seconds. Text only ever
// goes in as text.

const token = location.hash.slice(1);
const element = id => document.getElementById(id);
const REHEARSAL = 500, // ms
	FLEET = 3_000;
const NOTICED = 15_000; // ms for which a command's outcome stays
let shownEvents = 0;
let failures = 0;
let shown;
let noticed;

async function ask(path, options = {}) {
	const response = await fetch(path, { ...options, headers: { ...options.headers, "X-Baton-Token": token } });
	const content = await response.json();
	if (!response.ok) throw new Error(content.error);
	return content;
}

async function look() {
	try {
		shown = await ask("/state");
		show(shown);
		if (failures >= 3) hideNotice();
		failures = 0;
	} catch (error) {
		if (++failures === 3) notify(`No answer from baton: ${error.message}`);
	}
	setTimeout(look, failures > 3 || shown?.calendar ? FLEET : REHEARSAL);
}

function show(state) {
	const { title, year, calendar, authorities, downloadServers, full, devices, events, notice } = state;
	element("title").textContent = title;
	element("now").textContent = calendar ? dateOf(year, calendar) : `year ${year.toFixed(1)}`;
	if (notice) notify(notice, { stays: true });
	const at = years => (calendar ? dateOf(years, calendar) : years.toFixed(1));
	// What was issued anew stands in the place of what it replaced.
	const fullFrom = ca => Math.min(...authorities.map(one => (one.ca === ca ? (one.fullFrom ?? Infinity) : Infinity)));
	const inForce = authorities
		.filter(({ phase }) => phase !== "replaced")
		.map(one => ({ ...one, fullFrom: one.fullFrom === undefined ? undefined : fullFrom(one.ca) }));
	const name = generation => {
		if (generation === null) return "-";
		const found = authorities.find(authority => authority.generation === generation);
		return found ? `${found.letter}${found.phase === "replaced" ? ", before it was issued anew" : ""}` : "unknown";
	};
	showState(state);
	drawTimeline(state, inForce);
	rows("authorities", inForce, ({ generation, letter, phase, from, until, endedAt }) => [
		letter,
		{ text: phase, className: phase },
		{ text: `${at(from)} to\n${at(endedAt ?? until)}`, className: "dates" },
		phase === "revoked"
			? ""
			: {
					button: "Revoke",
					label: `Revoke CA ${letter}`,
					press: () => revoke(generation, letter, generation === full),
				},
	]);
	rows("servers", downloadServers, ({ host, up, serves }) => [
		host,
		{ text: up ? "in operation" : "ended", className: up ? "full" : "" },
		up && serves !== undefined ? name(serves) : "-",
	]);
	element("devices-name").textContent = calendar ? "Number" : "Device";
	element("devices-state").textContent = calendar ? "Failed last" : "State";
	rows("devices", devices, ({ name: called, state: says, current, next }) => [called, name(current), name(next), says]);
	showServices(state);
	showAdoption(state);
	showEvents(events, at);
}

/** Alarms, and what comes by date. */
function showState({ alarms, coming }) {
	element("state").hidden = alarms === undefined;
	if (!alarms) return;
	const told = alarms.length > 0 ? alarms : [{ weight: "well", what: "All is well.", remedy: "" }];
	items("alarms", told, (item, { weight, what, remedy }) => {
		item.className = weight;
		put(item, "b", weight === "danger" ? `Danger: ${what}` : what);
		put(item, "span", remedy);
	});
	element("coming").textContent = coming ? `Next by date: ${coming.date.slice(0, 10)}, ${coming.what}.` : "";
}

function showServices({ services }) {
	element("services-section").hidden = services === undefined;
	rows("services", services ?? [], ({ service, certificates, missing }) => [
		service,
		certificates.map(({ letter, until }) => `by ${letter} until ${until.slice(0, 10)}`).join(", ") || "-",
		{ text: missing.length > 0 ? `by ${missing.join(" and ")}` : "-", className: missing.length > 0 ? "missing" : "" },
	]);
}

/** In numbers, by the age of what devices last said. */
function showAdoption({ adoption }) {
	element("adoption-section").hidden = adoption === undefined;
	if (!adoption) return;
	const { letter, requests, bands } = adoption;
	element("adoption-heading").textContent = `Adoption of CA ${letter}`;
	const heard = bands.filter(({ devices }, index) => index === 0 || devices > 0);
	items("adoption", heard, (item, band) => {
		const before = bands[bands.indexOf(band) - 1];
		const age = !before
			? `within ${band.days} days`
			: band.days === null
				? `more than ${before.days} days ago`
				: `${before.days} to ${band.days} days ago`;
		put(item, "span", age);
		const bar = item.querySelector(".bar") ?? item.appendChild(document.createElement("div"));
		bar.className = "bar";
		const part = bar.firstChild ?? bar.appendChild(document.createElement("div"));
		part.style.width = band.devices === 0 ? "0" : `${(band.with / band.devices) * 100}%`;
		put(item, "output", `${band.with} of ${band.devices}`);
	});
	element("adoption-note").textContent =
		requests === 0
			? "No device was heard: name the access log of what is in front (--access-log)."
			: `Devices by when they were last heard, counted from ${requests} requests by their addresses: a hint, no proof.`;
}

/** Changes the items of a list where they are. */
function items(id, all, fill) {
	const list = element(id);
	while (list.children.length > all.length) list.lastChild.remove();
	all.forEach((one, index) => fill(list.children[index] ?? list.appendChild(document.createElement("li")), one));
}

/** The item's child of that kind says so. */
function put(item, kind, text) {
	const child = item.querySelector(kind) ?? item.appendChild(document.createElement(kind));
	if (child.textContent !== text) child.textContent = text;
}

/** Changes only the cells that differ, so that a focused button stays where it is. */
function rows(id, all, cellsOf) {
	const body = element(id);
	while (body.rows.length > all.length) body.deleteRow(-1);
	all.forEach((one, index) => {
		const row = body.rows[index] ?? body.insertRow();
		cellsOf(one).forEach((cell, column) => {
			const td = row.cells[column] ?? row.insertCell();
			if (cell?.button) {
				const button = td.querySelector("button") ?? td.appendChild(document.createElement("button"));
				if (button.textContent !== cell.button) button.textContent = cell.button;
				button.setAttribute("aria-label", cell.label);
				button.onclick = cell.press;
				return;
			}
			const text = String(cell?.text ?? cell);
			if (td.textContent !== text) td.textContent = text;
			if (cell?.className !== undefined && td.className !== cell.className) td.className = cell.className;
		});
	});
}

function showEvents(events, at) {
	const list = element("events");
	const fresh = events.filter(({ number }) => number > shownEvents);
	if (fresh.length === 0) return;
	shownEvents = fresh.at(-1).number;
	const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
	for (const { year, text, bad } of fresh) {
		const item = list.appendChild(document.createElement("li"));
		if (bad) item.className = "bad";
		const time = item.appendChild(document.createElement("time"));
		time.textContent = at(year);
		item.append(text);
	}
	while (list.children.length > 200) list.firstChild.remove();
	if (atEnd) list.scrollTop = list.scrollHeight;
}

function dateOf(years, { begins, year }) {
	return new Date(Date.parse(begins) + years * year).toISOString().slice(0, 10);
}

const svgName = "http://www.w3.org/2000/svg";
const LINE = 28; // px

/** As wide as there is room: so its text is as large on a telephone as anywhere. */
function drawTimeline({ year, end, calendar, downloadServers, planned = [] }, authorities) {
	const width = element("timeline").clientWidth;
	const left = 32,
		right = 12,
		height = (authorities.length + planned.length) * LINE + 46;
	const x = at => left + (Math.min(Math.max(at, 0), end) / end) * (width - left - right);
	const label = at => (calendar ? dateOf(at, calendar) : at.toFixed(1));
	const svg = document.createElementNS(svgName, "svg");
	for (const [key, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}`, role: "img" }))
		svg.setAttribute(key, value);
	svg.setAttribute(
		"aria-label",
		[
			...authorities.map(
				({ letter, phase, from, until, endedAt }) =>
					`CA ${letter} ${phase}, ${label(from)} to ${label(endedAt ?? until)}`,
			),
			...planned.map(({ letter, from, until }) => `CA ${letter} planned, ${label(from)} to ${label(until)}`),
		].join("; "),
	);
	const draw = (name, attributes, text) => {
		const shape = svg.appendChild(document.createElementNS(svgName, name));
		for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
		if (text !== undefined) shape.textContent = text;
	};
	const top = 18;
	const bottom = height - 24;
	const bar = (y, a, b, className) =>
		b > a && draw("rect", { class: className, x: x(a), y, width: Math.max(1, x(b) - x(a)), height: 14, rx: 3 });
	[...authorities, ...planned].forEach(({ generation, letter, phase, from, until, fullFrom, endedAt }, index) => {
		const y = top + index * LINE + 6;
		draw("text", { x: 4, y: y + 12 }, letter);
		if (phase === undefined || phase === "full" || phase === "provisional")
			bar(y, Math.max(from, year), until, "planned");
		if (phase === undefined) return;
		const past = Math.min(year, endedAt ?? until);
		const hasServed = phase === "provisional" || fullFrom !== undefined;
		bar(y, from, Math.min(past, fullFrom ?? past), hasServed ? "provisional" : "ended");
		if (fullFrom !== undefined) bar(y, fullFrom, past, phase === "full" ? "full" : "ended");
		const server = downloadServers.find(({ namedBy }) => namedBy === generation);
		if (server) {
			const until = Math.min(year, server.endedAt ?? year);
			draw("line", {
				class: "server",
				x1: x(server.from),
				y1: y + 18,
				x2: Math.max(x(until), x(server.from) + 2),
				y2: y + 18,
			});
		}
	});
	draw("line", { class: "axis", x1: left, y1: bottom, x2: width - right, y2: bottom });
	const first = calendar ? yearOf(0, calendar) : 0;
	const room = (width - left - right) / end; // px a year
	const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find(years => years * room >= 44) ?? 1_000;
	for (let tick = Math.ceil(first / step) * step; tick <= first + end; tick += step) {
		const place = x(tick - first);
		if (place <= width - right - 10) draw("text", { x: place, y: height - 8, "text-anchor": "middle" }, String(tick));
	}
	draw("line", { class: "now", x1: x(year), y1: top - 2, x2: x(year), y2: bottom });
	const place = Math.min(Math.max(x(year), left + 24), width - right - 24);
	draw("text", { x: place, y: 11, "text-anchor": "middle" }, calendar ? "today" : "now");
	element("timeline").replaceChildren(svg);
}

/** A date as a number of calendar years. */
function yearOf(years, calendar) {
	const date = new Date(Date.parse(calendar.begins) + years * calendar.year);
	const year = date.getUTCFullYear();
	return year + (date - Date.UTC(year, 0)) / (Date.UTC(year + 1, 0) - Date.UTC(year, 0));
}

function revoke(generation, letter, isFull) {
	const dialog = element("confirm");
	element("confirm-text").textContent = `Revoke CA ${letter}? ${
		isFull
			? "Its successor takes over at once; every service must present the successor's certificate."
			: "It cannot be undone."
	}`;
	dialog.returnValue = "cancel";
	dialog.onclose = async () => {
		if (dialog.returnValue !== "revoke") return;
		try {
			await ask("/revoke", {
				method: "POST",
				headers: { "Content-Type": "application/json" },
				body: JSON.stringify({ generation }),
			});
			notify(`CA ${letter} is revoked.`);
			show((shown = await ask("/state")));
			// Its button is gone: the focus stays near, and is not lost to the page's beginning.
			element("timeline-heading").focus();
		} catch (error) {
			notify(`Not revoked: ${error.message}`);
		}
	};
	dialog.showModal();
}

function notify(text, { stays = false } = {}) {
	clearTimeout(noticed);
	element("notice").hidden = false;
	element("dismiss").hidden = stays;
	if (element("notice-text").textContent !== text) element("notice-text").textContent = text;
	if (!stays && failures < 3) noticed = setTimeout(hideNotice, NOTICED);
}

function hideNotice() {
	clearTimeout(noticed);
	element("notice").hidden = true;
	element("notice-text").textContent = "";
}

element("dismiss").onclick = hideNotice;
addEventListener("resize", () => shown && show(shown));

if (token) look();
else
	notify(
		"This page needs the whole address that baton printed, with what stands behind the #: without it nothing is shown.",
		{
			stays: true,
		},
	);
