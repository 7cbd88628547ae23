// The arrivals at the download server, as a picture (SVG): by the month over 25 years, and by the second in the hour
// after a city-wide cut, both for a million devices. The simulated ones are fewer: each line is a moving average.

export interface Series {
	name: string;
	/** Polls in each bin, of all devices of the series together. */
	bins: number[];
	devices: number;
}

const WIDTH = 960,
	HEIGHT = 300,
	LEFT = 90,
	RIGHT = 30,
	BOTTOM = 40,
	TOP = 50;
const MILLION = 1_000_000;
const colours = ["#1b6ca8", "#d1495b", "#3c896d", "#edae49", "#66529f", "#555555", "#8c5e3c"];

/** `months`: one series for each habit. `seconds`: the hour after the cut. */
export function drawArrivals(months: readonly Series[], seconds: Series): string {
	const monthsTitle =
		"polls a month (mean of a year), a million devices of each habit; the power fails everywhere in year 10";
	const smooth = months.map(series => ({ ...series, bins: movingAverage(series.bins, 12) }));
	const monthly = panel(smooth, monthsTitle, bin => `year ${Math.round(bin / 12)}`, 60, 0);
	const secondsTitle = "polls a second (mean of ten) in the hour after a city-wide cut, a million devices";
	const hourly = panel(
		[{ ...seconds, bins: movingAverage(seconds.bins, 10) }],
		secondsTitle,
		bin => `${Math.round(bin / 60)} min`,
		600,
		HEIGHT,
	);
	const size = `width="${WIDTH}" height="${2 * HEIGHT}"`;
	return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
${monthly}
${hourly}
</svg>
`;
}

function panel(
	series: readonly Series[],
	title: string,
	label: (bin: number) => string,
	every: number,
	y: number,
): string {
	const scaled = series.map(({ bins, devices }) => bins.map(count => (count * MILLION) / devices));
	const length = Math.max(...scaled.map(bins => bins.length));
	const peak = Math.max(1, ...scaled.flat());
	const x = (bin: number) => LEFT + ((WIDTH - LEFT - RIGHT) * bin) / length;
	const level = (count: number) => y + HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * count) / peak;
	const parts = [`<text x="${LEFT}" y="${y + 18}" font-weight="bold">${title}</text>`];
	for (let bin = 0; bin <= length; bin += every)
		parts.push(`<text x="${x(bin).toFixed(1)}" y="${y + HEIGHT - 18}" text-anchor="middle">${label(bin)}</text>`);
	for (const share of [0, 0.5, 1]) {
		const at = level(peak * share).toFixed(1);
		parts.push(`<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}" stroke="#ddd"/>`);
		const count = Math.round(peak * share).toLocaleString("en");
		parts.push(`<text x="${LEFT - 6}" y="${at}" text-anchor="end" dominant-baseline="middle">${count}</text>`);
	}
	for (const [i, bins] of scaled.entries()) {
		const colour = colours[i % colours.length];
		const points = bins.map((count, bin) => `${x(bin).toFixed(1)},${level(count).toFixed(1)}`).join(" ");
		parts.push(`<polyline fill="none" stroke="${colour}" points="${points}"/>`);
		if (series.length === 1) continue;
		parts.push(`<text x="${LEFT + 170 * i}" y="${y + 36}" fill="${colour}">${series[i].name}</text>`);
	}
	return parts.join("\n");
}

/** Of each bin and those after it, `length` in all. */
export function movingAverage(bins: readonly number[], length: number): number[] {
	return bins
		.slice(0, bins.length - length + 1)
		.map((_, start) => bins.slice(start, start + length).reduce((sum, count) => sum + count, 0) / length);
}
