// What a fleet is planned as, before there is any of it: its schedule, its names, and the addresses of all the download
// servers that it will ever have. Devices judge each of them.

import { type HttpURL, isHttps } from "../firmware/url.js";
import { MAXIMUM_ADDRESSES } from "./ca-information.js";
import { hostAndPort, judgeMirrorURL, judgeService, judgeURL } from "./device-judge.js";
import { checkPlan, type Plan } from "./operator.js";
import { OperatorError } from "./operator-error.js";
import { checkFleetName } from "./signer.js";
import type { KeyType } from "./signing-key.js";
import { staticFile } from "./static-file.js";

export interface FleetPlan {
	fleet: string;
	/** When authority 1 comes into operation: year 0. ISO 8601. */
	begins: string;
	plan: Plan;
	/** Names of the application servers, with a port where it is not 443. */
	services: string[];
	/** URL of the download server that CA information N names; `{n}` stands for N + 1. */
	downloadUrl: string;
	/** Where the same is to be found, two at most: https, or http for a CDN or an object store. */
	mirrors?: string[];
	keyType?: KeyType;
	/** It never becomes a hybrid one, whose DL keys sign 1,023 generations at most. */
	classicalForEver?: true;
	/** DL public keys, the first and its spares, 32 bytes each in hexadecimal, or 84: devices have them burnt in. */
	dlKeys: string[];
	/** Former ones, of either kind: devices have them beside the others until they hold nothing more that these have signed. */
	retiredDlKeys?: string[];
}

/** An HSS-LMS key of one level and height 10, whose first index is used by none (firmware/DESIGN.md §2). */
export const MOST_HYBRID_GENERATIONS = 1_023;
/** Of how many generations the addresses are tried when a fleet begins. */
const TRIED = 3;

/** Where the CA information after `generation` will be. */
export function addressesAfter(
	{ downloadUrl, mirrors = [] }: Pick<FleetPlan, "downloadUrl" | "mirrors">,
	generation: number,
) {
	return [downloadUrl, ...mirrors].map(url => url.replaceAll("{n}", String(generation + 1)));
}

/** The hosts for which a download server needs a certificate. */
export function httpsHosts(addresses: readonly string[]): string[] {
	const urls = judgeAddresses(addresses).filter(isHttps);
	return [...new Set(urls.map(({ host }) => host))];
}

/** The first is https, a mirror may be http. Throws OperatorError. */
export function judgeAddresses(addresses: readonly string[]): HttpURL[] {
	return addresses.map((url, index) => (index === 0 ? judgeURL(url) : judgeMirrorURL(url)));
}

/** Throws OperatorError unless devices can use all that a fleet begins with, and RangeError for its plan. */
export function checkSettings(settings: FleetPlan): void {
	const { fleet, begins, plan, services, downloadUrl, mirrors = [], dlKeys } = settings ?? {};
	const isWhole =
		typeof fleet === "string" &&
		Number.isFinite(Date.parse(begins)) &&
		typeof plan === "object" &&
		typeof downloadUrl === "string" &&
		[services, dlKeys, mirrors].every(list => Array.isArray(list) && list.every(one => typeof one === "string"));
	if (!isWhole) throw new OperatorError("this is no fleet's plan: restore it from a backup");
	checkFleetName(fleet);
	checkPlan(plan);
	if (services.length === 0) throw new OperatorError("a fleet has one service at least");
	checkAddresses(settings, 1);
}

/** Throws OperatorError unless the addresses of a plan are good for generations from `first` on. */
export function checkAddresses(settings: FleetPlan, first: number): void {
	const { downloadUrl, mirrors = [] } = settings;
	if (mirrors.length >= MAXIMUM_ADDRESSES)
		throw new OperatorError(`expected at most ${MAXIMUM_ADDRESSES - 1} mirrors, got ${mirrors.length}`);
	for (const url of [downloadUrl, ...mirrors])
		if (!url.includes("{n}"))
			throw new OperatorError(
				`the download servers' URL needs {n}, so that each has a host or a port of its own: ${url}`,
			);
	const tried: Named[] = [];
	for (let generation = first; generation < first + TRIED; generation++) {
		const addresses = judgeAddresses(addressesAfter(settings, generation));
		for (const address of addresses) staticFile(address);
		const named = { generation, addresses };
		checkApart(settings, named, tried);
		tried.push(named);
	}
}

interface Named {
	generation: number;
	addresses: HttpURL[];
}

/**
 * An https address leads to no service, and to the download server of one generation alone; one that is http, to one
 * object. Throws OperatorError.
 */
export function checkApart({ services }: FleetPlan, { addresses }: Named, others: readonly Named[]): void {
	for (const own of addresses) {
		if (services.some(service => hostAndPort(judgeService(service)) === hostAndPort(own)))
			throw new OperatorError(`${hostAndPort(own)} is a service's address: a download server needs one of its own`);
		for (const { generation, addresses: theirs } of others) {
			const shared = theirs.find(other => placeOf(other) === placeOf(own));
			if (shared && isHttps(own))
				throw new OperatorError(
					`${hostAndPort(own)} is named by generation ${generation} already: the server there shows a certificate from that CA, ` +
						"and a ClientHello names no path, so each generation needs a host or port of its own",
				);
			if (shared) throw new OperatorError(`${placeOf(own)} is named by generation ${generation} already`);
		}
	}
}

/** What must not be another's. */
function placeOf(url: HttpURL): string {
	return isHttps(url) ? hostAndPort(url) : `http://${hostAndPort(url)}${url.path}`;
}
