/** Hosts that failed lately: of several mirrors theirs are asked last for a while. */
import type { Sink } from "../core/event.ts";
import type { Failure } from "../core/failure.ts";

/** How long a failure is held against a host, in milliseconds. */
const troubledMs = 60_000;
/** Most hosts that are remembered. */
const mostHosts = 10_000;

export type HostTroubles = {
	/** Learns of a failed attempt; one that says nothing of the host itself, such as a file that is not there, is passed over. */
	note(host: string, failure: Failure): void;
	/** The first mirror whose host is not in trouble, else the first of all. */
	choose<M extends { readonly host: string }>(mirrors: readonly [M, ...M[]]): M;
};

export function createHostTroubles(): HostTroubles {
	/** Until when, in milliseconds of `performance.now()`. */
	const until = new Map<string, number>();
	const isInTrouble = (host: string): boolean => (until.get(host) ?? 0) > performance.now();
	return {
		note(host, failure) {
			if (!isOfHost(failure)) return;
			if (until.size >= mostHosts) until.clear();
			until.set(host, performance.now() + troubledMs);
		},
		choose(mirrors) {
			if (mirrors.length === 1 || until.size === 0) return mirrors[0];
			return mirrors.find(({ host }) => !isInTrouble(host)) ?? mirrors[0];
		},
	};
}

/** The sink, with an ear on what it is told of failed attempts. */
export function watched(sink: Sink, troubles: HostTroubles): Sink {
	return {
		on(event) {
			if (event.type === "retry" && URL.canParse(event.url)) troubles.note(new URL(event.url).host, event.failure);
			sink.on(event);
		},
		close: sink.close,
	};
}

const ofHost: ReadonlySet<string> = new Set(["dns", "connect", "tls", "timeout", "reset", "http_429"]);

function isOfHost({ code }: Failure): boolean {
	return ofHost.has(code) || /^http_5\d\d$/.test(code);
}
