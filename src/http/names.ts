/** Host names and their addresses: looked up many at once, joined where the same is asked twice, and kept for as long as they live. */
import type { Resolver } from "node:dns/promises";
import { setTimeout as wait } from "node:timers/promises";
import { describe } from "../core/describe-error.ts";
import { readHostsFile } from "./hosts-file.ts";
import { createSystemNames, type NameAnswer } from "./system-names.ts";

export type Names = {
	/** The addresses of a name, those of IPv6 and IPv4 in turn; never rejects. */
	lookUp(name: string): Promise<NameAnswer>;
	close(): void;
};

/** Times to live are kept within these, in seconds. */
const shortestSeconds = 1;
const longestSeconds = 3600;
/** getaddrinfo tells no time to live. */
const systemSeconds = 30;
/** A name that is not known may be in a moment. */
const unknownSeconds = 5;
/** Most names remembered at once. */
const keepNames = 4096;
/** How long the other kind of address is waited for once one kind is here (RFC 8305, 3), in milliseconds. */
const resolutionDelayMs = 50;
/** Wait for each of two questions to a name server, in milliseconds. */
const queryMs = 2500;

type Lived = NameAnswer & { readonly seconds: number };
type Known = { readonly answer: Promise<NameAnswer>; untilMs: number };

/** Asks name servers itself first, then the system: that knows of other ways (mDNS, search domains). */
export function createNames(): Names {
	const known = new Map<string, Known>();
	let resolver: Resolver | undefined;
	/** Made, and its module loaded, for the first name: many lists have addresses alone, or a proxy's name. */
	const ownResolver = (): Resolver => {
		resolver ??= new (process.getBuiltinModule("node:dns/promises").Resolver)({ timeout: queryMs, tries: 2 });
		return resolver;
	};
	const system = createSystemNames();
	let hosts: ReadonlyMap<string, readonly string[]> | undefined;

	const ask = async (name: string): Promise<Lived> => {
		hosts ??= readHostsFile();
		const addresses = hosts.get(name);
		if (addresses) return { addresses, seconds: longestSeconds };
		// A name without a dot is for search domains, which name servers do not know of.
		const asked = name.includes(".") ? await query(ownResolver(), name) : undefined;
		if (asked && asked.addresses.length > 0) return asked;
		const found = await system.lookUp(name);
		return { ...found, seconds: found.code === undefined ? systemSeconds : unknownSeconds };
	};

	return {
		lookUp(name) {
			const now = performance.now();
			const before = known.get(name);
			if (before && before.untilMs > now) return before.answer;
			const asked = ask(name);
			const one: Known = { answer: asked, untilMs: Number.POSITIVE_INFINITY };
			asked.then(({ seconds }) => {
				one.untilMs = performance.now() + seconds * 1000;
			});
			if (known.size >= keepNames) forgetOldest(known);
			known.delete(name);
			known.set(name, one);
			return one.answer;
		},
		close() {
			resolver?.cancel();
			system.close();
		},
	};
}

function forgetOldest(known: Map<string, Known>): void {
	const oldest = known.keys().next();
	if (!oldest.done) known.delete(oldest.value);
}

/** Both kinds of addresses; of one kind alone where the other takes its time. */
async function query(resolver: Resolver, name: string): Promise<Lived> {
	const six = answerOf(resolver.resolve6(name, { ttl: true }));
	const four = answerOf(resolver.resolve4(name, { ttl: true }));
	const done = new AbortController();
	const both = Promise.all([six, four]);
	const enough = Promise.race(
		[six, four].map(async (one) => {
			const answer = await one;
			if (answer.addresses.length === 0) await both;
			else await wait(resolutionDelayMs, undefined, { signal: done.signal, ref: false }).catch(() => undefined);
		}),
	);
	await Promise.race([both, enough]);
	done.abort();
	const nothing: Lived = { addresses: [], seconds: longestSeconds };
	const [sixes, fours] = await Promise.all([six, four].map((one) => Promise.race([one, nothing])));
	const addresses = inTurn(sixes?.addresses ?? [], fours?.addresses ?? []);
	const seconds = Math.min(sixes?.seconds ?? 0, fours?.seconds ?? 0);
	const code = sixes?.code ?? fours?.code;
	return code === undefined || addresses.length > 0 ? { addresses, seconds } : { addresses, seconds, code };
}

async function answerOf(records: Promise<{ readonly address: string; readonly ttl: number }[]>): Promise<Lived> {
	try {
		const found = await records;
		const seconds = Math.min(longestSeconds, ...found.map(({ ttl }) => ttl));
		return { addresses: found.map(({ address }) => address), seconds: Math.max(shortestSeconds, seconds) };
	} catch (error) {
		return { addresses: [], seconds: longestSeconds, code: describe(error).code };
	}
}

/** IPv6 first, then one of each kind in turn (RFC 8305, 4). */
function inTurn(sixes: readonly string[], fours: readonly string[]): string[] {
	const longest = Math.max(sixes.length, fours.length);
	return Array.from({ length: longest }, (_, n) => [sixes[n], fours[n]])
		.flat()
		.filter((address) => address !== undefined);
}
