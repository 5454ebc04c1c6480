/** Name resolution shared by all connections of a worker: `dns.lookup` has four threads per process, so answers are kept and equal questions joined. */
import { type LookupAddress, lookup as systemLookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";

/** How long an answer is used, in milliseconds; `getaddrinfo` tells no lifetime. */
const keepMs = 30_000;
/** Most names remembered at once. */
const keepNames = 4096;

type Answer = { readonly error: NodeJS.ErrnoException | null; readonly addresses: LookupAddress[] };
type Remembered = { readonly answer: Promise<Answer>; readonly untilMs: number };

/** A `lookup` for `net.connect` that answers from memory for 30 s; failures are not remembered. */
export function createLookup(): LookupFunction {
	const names = new Map<string, Remembered>();
	return (hostname, options, callback) => {
		if (isIP(hostname)) return systemLookup(hostname, options, callback);
		let known = names.get(hostname);
		if (!known || known.untilMs < Date.now()) {
			known = { answer: ask(hostname), untilMs: Date.now() + keepMs };
			remember(names, hostname, known);
		}
		known.answer.then(({ error, addresses }) => {
			if (error) names.delete(hostname);
			const fitting = options.family ? addresses.filter(({ family }) => family === options.family) : addresses;
			const first = fitting[0];
			if (error || !first) return callback(error ?? notFound(hostname), []);
			if (options.all) return callback(null, fitting);
			callback(null, first.address, first.family);
		});
	};
}

function ask(hostname: string): Promise<Answer> {
	return new Promise((resolve) => {
		systemLookup(hostname, { all: true }, (error, addresses) => resolve({ error, addresses: addresses ?? [] }));
	});
}

function remember(names: Map<string, Remembered>, hostname: string, answer: Remembered): void {
	if (names.size >= keepNames) {
		const oldest = names.keys().next();
		if (!oldest.done) names.delete(oldest.value);
	}
	names.delete(hostname);
	names.set(hostname, answer);
}

function notFound(hostname: string): NodeJS.ErrnoException {
	return Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: "ENOTFOUND", syscall: "getaddrinfo" });
}
