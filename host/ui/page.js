// The page: asks for the state twice a second and shows it. Text only ever goes in as text.

const token = location.hash.slice(1);
const element = id => document.getElementById(id);
let shownEvents = 0;
let failures = 0;

async function ask(path, options = {}) {
	const response = await fetch(path, { ...options, headers: { ...options.headers, "X-Baton-Token": token } });
	const content = await response.json();
	if (!response.ok) throw new Error(content.error);
	return content;
}

async function look() {
	try {
		show(await ask("/state"));
		failures = 0;
	} catch (error) {
		if (++failures === 3) notify(`No answer from baton: ${error.message}`);
	}
	setTimeout(look, failures > 3 ? 3000 : 500);
}

function show({ title, year, end, authorities, downloadServers, full, devices, events, notice }) {
	element("title").textContent = title;
	element("year").textContent = `year ${year.toFixed(1)}`;
	if (notice) notify(notice);
	const letter = generation => authorities.find(authority => authority.generation === generation)?.letter ?? "?";
	// One line for each CA: what was issued anew stands in the place of what it replaced.
	const fullFrom = ca => Math.min(...authorities.map(one => (one.ca === ca ? (one.fullFrom ?? Infinity) : Infinity)));
	const inForce = authorities
		.filter(({ phase }) => phase !== "replaced")
		.map(one => ({ ...one, fullFrom: one.fullFrom === undefined ? undefined : fullFrom(one.ca) }));
	drawTimeline(year, end, inForce, downloadServers);
	rows("authorities", inForce, ({ generation, letter: name, phase, from, until, endedAt }) => [
		name,
		generation,
		{ text: phase, className: phase },
		`${from.toFixed(1)} to ${(endedAt ?? until).toFixed(1)}`,
		phase === "revoked"
			? ""
			: { button: `Revoke CA ${name}`, press: () => revoke(generation, name, generation === full) },
	]);
	rows("servers", downloadServers, ({ host, up, serves }) => [
		host,
		{ text: up ? "in operation" : "ended", className: up ? "full" : "" },
		up && serves !== undefined ? `${letter(serves)} (${serves})` : "-",
	]);
	rows("devices", devices, ({ name, state, current, next }) => [
		name,
		state,
		current === null ? "-" : `${letter(current)} (${current})`,
		next === null ? "-" : `${letter(next)} (${next})`,
	]);
	showEvents(events);
}

/** Changes only the cells that differ, so that a focused button stays where it is. */
function rows(id, items, cellsOf) {
	const body = element(id);
	while (body.rows.length > items.length) body.deleteRow(-1);
	items.forEach((item, index) => {
		const row = body.rows[index] ?? body.insertRow();
		cellsOf(item).forEach((cell, column) => {
			const td = row.cells[column] ?? row.insertCell();
			if (cell?.button) {
				const button = td.querySelector("button") ?? td.appendChild(document.createElement("button"));
				if (button.textContent !== cell.button) button.textContent = cell.button;
				button.onclick = cell.press;
				return;
			}
			const text = String(cell?.text ?? cell);
			if (td.textContent !== text) td.textContent = text;
			if (cell?.className !== undefined && td.className !== cell.className) td.className = cell.className;
		});
	});
}

function showEvents(events) {
	const list = element("events");
	if (events.length === 0) return;
	const fresh = events.filter(({ number }) => number > shownEvents);
	if (fresh.length === 0) return;
	shownEvents = fresh.at(-1).number;
	const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
	for (const { year, text, bad } of fresh) {
		const item = list.appendChild(document.createElement("li"));
		if (bad) item.className = "bad";
		const time = item.appendChild(document.createElement("time"));
		time.textContent = year.toFixed(1);
		item.append(text);
	}
	while (list.children.length > 200) list.firstChild.remove();
	if (atEnd) list.scrollTop = list.scrollHeight;
}

const svgName = "http://www.w3.org/2000/svg";

function drawTimeline(year, end, authorities, downloadServers) {
	const width = 1000,
		left = 40,
		line = 26,
		height = authorities.length * line + 34;
	const x = at => left + (Math.min(Math.max(at, 0), end) / end) * (width - left - 20);
	const svg = document.createElementNS(svgName, "svg");
	svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
	svg.setAttribute("role", "img");
	svg.setAttribute(
		"aria-label",
		authorities
			.map(
				({ letter, phase, from, until, endedAt }) =>
					`CA ${letter} ${phase}, year ${from.toFixed(1)} to ${(endedAt ?? until).toFixed(1)}`,
			)
			.join("; "),
	);
	const draw = (name, attributes, text) => {
		const shape = svg.appendChild(document.createElementNS(svgName, name));
		for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
		if (text !== undefined) shape.textContent = text;
	};
	authorities.forEach(({ generation, letter, phase, from, until, fullFrom, endedAt }, index) => {
		const y = index * line + 6;
		draw("text", { x: 8, y: y + 13 }, letter);
		draw("rect", { class: "planned", x: x(from), y, width: Math.max(1, x(until) - x(from)), height: 14, rx: 3 });
		const past = Math.min(year, endedAt ?? until);
		const bar = (a, b, className) =>
			b > a && draw("rect", { class: className, x: x(a), y, width: Math.max(1, x(b) - x(a)), height: 14, rx: 3 });
		bar(
			from,
			Math.min(past, fullFrom ?? past),
			phase === "provisional" || fullFrom !== undefined ? "provisional" : "ended",
		);
		if (fullFrom !== undefined) bar(fullFrom, past, phase === "full" ? "full" : "ended");
		const server = downloadServers.find(({ namedBy }) => namedBy === generation);
		if (server)
			draw("line", {
				class: "server",
				x1: x(server.from),
				y1: y + 18,
				x2: x(Math.min(year, server.endedAt ?? year)),
				y2: y + 18,
			});
	});
	const bottom = height - 22;
	draw("line", { class: "axis", x1: left, y1: bottom, x2: width - 20, y2: bottom });
	const step = [1, 2, 5, 10, 20, 50, 100].find(years => end / years <= 12) ?? 200;
	for (let at = 0; at <= end; at += step)
		draw("text", { x: x(at), y: height - 6, "text-anchor": "middle" }, String(at));
	draw("line", { class: "now", x1: x(year), y1: 0, x2: x(year), y2: bottom });
	element("timeline").replaceChildren(svg);
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
		} catch (error) {
			notify(`Not revoked: ${error.message}`);
		}
	};
	dialog.showModal();
}

function notify(text) {
	const notice = element("notice");
	notice.hidden = false;
	if (notice.textContent !== text) notice.textContent = text;
}

look();
