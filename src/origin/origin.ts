/** The lab origin: a server of any number of files, with chosen sizes, latency, bandwidth and faults. */
import { writeFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { type Certificate, createCertificate } from "./certificate.ts";
import { createConnectionHandler } from "./connection.ts";
import { type Listeners, listen } from "./listeners.ts";
import { type OriginOptions, originDefaults } from "./options.ts";
import { OriginError } from "./origin-error.ts";
import { createResponder } from "./respond.ts";
import { createTally, type OriginCounts } from "./tally.ts";
import { listUrls, writeUrlList } from "./url-list.ts";

/** A running lab origin. */
export type Origin = AsyncDisposable & {
	/** Base URL of the first address, without a slash at its end. */
	readonly url: string;
	/** Number of files on its list. */
	readonly files: number;
	/** Path of the list of URLs, where one was asked for. */
	readonly list?: string;
	/** PEM text of the certificate to trust, where it speaks TLS. */
	readonly certificate?: string;
	/** The listed URLs in their order, made as they are asked for. */
	urls(): Generator<string, void, undefined>;
	/** Requests so far. */
	requests(): number;
	/** Requests so far for one path or URL. */
	requestsOf(pathOrUrl: string): number;
	/** What was done so far. */
	counts(): OriginCounts;
	/** Ends every connection and wait. */
	close(): Promise<void>;
};

/**
 * Starts an origin; it listens and its list is written when the promise settles.
 * @throws {OriginError} a port is taken, or the list or certificate cannot be written.
 */
export async function startOrigin(given: Partial<OriginOptions> = {}, signal?: AbortSignal): Promise<Origin> {
	const options: OriginOptions = { ...originDefaults, ...given };
	const certificate = options.tls ? await createCertificate(options.hosts) : undefined;
	const tally = createTally();
	const hand = createConnectionHandler({
		http2: options.http2,
		certificate,
		respond: createResponder(options, tally),
	});
	const onConnection = (socket: Socket): void => {
		tally.count("connections");
		hand(socket);
	};
	const listeners = await listen({ hosts: options.hosts, port: options.port, onConnection });
	try {
		await writeFiles({ options, bases: baseUrls(options, listeners), certificate, signal });
	} catch (cause) {
		await listeners.close();
		throw cause;
	}
	return describeOrigin({ options, listeners, certificate, tally });
}

type Started = {
	readonly options: OriginOptions;
	readonly listeners: Listeners;
	readonly certificate: Certificate | undefined;
	readonly tally: ReturnType<typeof createTally>;
};

function describeOrigin({ options, listeners, certificate, tally }: Started): Origin {
	const bases = baseUrls(options, listeners);
	return {
		url: bases[0],
		files: options.files,
		...(options.list !== undefined && { list: options.list }),
		...(certificate && { certificate: certificate.certificate }),
		urls: () => listUrls(options, bases),
		requests: () => tally.counts().requests,
		requestsOf: (pathOrUrl) => tally.requestsOf(new URL(pathOrUrl, bases[0]).pathname),
		counts: () => tally.counts(),
		close: () => listeners.close(),
		[Symbol.asyncDispose]: () => listeners.close(),
	};
}

function baseUrls(options: OriginOptions, { port }: Listeners): [string, ...string[]] {
	const base = (host: string): string =>
		`${options.tls ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
	const [first, ...others] = options.hosts;
	return [base(first), ...others.map(base)];
}

type Files = {
	readonly options: OriginOptions;
	readonly bases: readonly [string, ...string[]];
	readonly certificate: Certificate | undefined;
	readonly signal: AbortSignal | undefined;
};

async function writeFiles({ options, bases, certificate, signal }: Files): Promise<void> {
	try {
		if (certificate && options.certificateFile !== undefined)
			await writeFile(options.certificateFile, certificate.certificate, { signal });
		if (options.list !== undefined) await writeUrlList(options.list, listUrls(options, bases), signal);
	} catch (cause) {
		throw new OriginError("origin_file", `the origin cannot write its files: ${String(cause)}`, {
			cause,
			hint: "Name a file in a folder that exists and can be written to.",
		});
	}
}
