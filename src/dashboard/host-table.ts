/** What is known of each host. Bounded: in a list of more hosts than are kept, the others stand under one name. */
import { byHand, givenBack } from "../core/control.ts";
import type { RunEvent } from "../core/event.ts";

export type HostFacts = {
	readonly host: string;
	/** Counted when it is looked at. */
	inFlight: number;
	level: number | null;
	cap: number | null;
	saved: number;
	failed: number;
	retries: number;
	bytes: number;
	fileMs: number | null;
	errors: Record<string, number>;
	/** As in `HostRow`. */
	pausedUntilMs: number | null;
	pauseReason: string | null;
};

export type HostTable = {
	readonly size: number;
	/** Changes when something other than `inFlight` did. */
	readonly version: number;
	on(event: RunEvent): void;
	/** All hosts; `inFlight` names one for each download under way. */
	rows(inFlight: Iterable<string>): Iterable<HostFacts>;
};

const mostHosts = 20_000;
const others = "(others)";
/** No failure yet: hosts share one object until they have some of their own. */
const none: Record<string, number> = {};
/** How much a file's time counts against those before it. */
const weight = 0.1;

export function createHostTable(): HostTable {
	const hosts = new Map<string, HostFacts>();
	/** Lists name a host many times in a row. */
	let last: HostFacts | undefined;
	let version = 0;

	const open = (name: string): HostFacts => {
		if (last?.host === name) return last;
		let host = hosts.get(name);
		if (host === undefined) {
			const known = hosts.size < mostHosts ? name : others;
			host = hosts.get(known) ?? newHost(known);
			hosts.set(known, host);
		}
		last = host;
		return host;
	};

	return {
		get size() {
			return hosts.size;
		},
		get version() {
			return version;
		},
		on(event) {
			if (event.type === "attempt-started" && event.attempt === 1) return;
			if (!("host" in event) || typeof event.host !== "string") return;
			version++;
			learn(open(event.host), event);
		},
		rows(inFlight) {
			for (const host of hosts.values()) host.inFlight = 0;
			for (const host of inFlight) open(host).inFlight++;
			return hosts.values();
		},
	};
}

function newHost(host: string): HostFacts {
	const counts = { inFlight: 0, level: null, cap: null, saved: 0, failed: 0, retries: 0, bytes: 0 };
	return { host, ...counts, fileMs: null, errors: none, pausedUntilMs: null, pauseReason: null };
}

function learn(host: HostFacts, event: RunEvent): void {
	switch (event.type) {
		case "ended":
			return count(host, event.outcome);
		case "attempt-started":
			host.retries++;
			return;
		case "level":
			if (event.why === byHand) host.cap = event.level;
			else if (event.why === givenBack) host.cap = null;
			host.level = Math.min(event.level, host.cap ?? event.level);
			return;
		case "paused":
			// One that ends by itself does not end what somebody paused by hand.
			if (host.pausedUntilMs === 0 && event.untilMs !== undefined) return;
			host.pausedUntilMs = event.untilMs ?? 0;
			host.pauseReason = event.why;
			return;
		case "resumed":
			host.pausedUntilMs = null;
			host.pauseReason = null;
	}
}

type Ended = (RunEvent & { readonly type: "ended" })["outcome"];

function count(host: HostFacts, { status, bytes, ms, attempts, error }: Ended): void {
	if (status === "saved") {
		host.saved++;
		host.bytes += bytes;
		if (attempts === 1) host.fileMs = host.fileMs === null ? ms : host.fileMs + weight * (ms - host.fileMs);
	} else if (status === "failed") {
		host.failed++;
		const code = error?.code ?? "failed";
		if (host.errors === none) host.errors = {};
		host.errors[code] = (host.errors[code] ?? 0) + 1;
	}
}
