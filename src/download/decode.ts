/** Undoes the content coding of an answer (`--compressed`), where it is one and not the kind of file itself. */

import type { Coding, createDecoder, readCodings } from "../codings/decoder.ts";
import { pathnameOf } from "../core/address.ts";
import { type Failure, permanent, transient } from "../core/failure.ts";
import { essenceOf } from "../core/type-patterns.ts";
import type { ResponseHead } from "../http/response-head.ts";
import { classifyFileError } from "../store/classify-file-error.ts";
import { type Attempt, failAttempt } from "./attempt-state.ts";
import type { BodyFilter } from "./body-filter.ts";
import { endBody, keepBytes } from "./keep-body.ts";

/** What decodes, loaded where it is wanted. */
export type Decoding = {
	/** Value of Accept-Encoding. */
	readonly accepted: string;
	readonly readCodings: typeof readCodings;
	readonly createDecoder: typeof createDecoder;
};

/** Loads it. */
export async function loadDecoding(): Promise<Decoding> {
	const { acceptedCodings, readCodings, loadDecoders } = await import("../codings/decoder.ts");
	return { accepted: acceptedCodings, readCodings, createDecoder: await loadDecoders() };
}

/** Files that are packed in themselves: servers name as a coding what is their kind. */
const packedNames: readonly { readonly coding: Coding; readonly name: RegExp }[] = [
	{ coding: "gzip", name: /\.(?:gz|tgz|gzip|svgz|vcf\.bgz|bgz|taz|cpgz|emz|wmz|adz)$/i },
	{ coding: "br", name: /\.br$/i },
	{ coding: "zstd", name: /\.(?:zst|tzst|zstd)$/i },
];
const gzipType = "application/gzip";

/** Whether a file of that path is packed by itself: it is then asked for as it is. */
export function isPacked(path: string): boolean {
	return packedNames.some(({ name }) => name.test(path));
}

/** Whether what the server calls a coding is the kind of the file itself. */
export function isOwnCoding(attempt: Attempt, coding: string, contentType: string | undefined): boolean {
	const paths = [attempt.target?.name ?? "", pathnameOf(attempt.namedBy), pathnameOf(attempt.address)];
	return (
		packedNames.some((packed) => coding === packed.coding && paths.some((path) => packed.name.test(path))) ||
		(coding === "gzip" && essenceOf(contentType) === gzipType)
	);
}

/**
 * How an answer is to be decoded.
 * @returns Undefined where it is not. A failure where it cannot be.
 */
export function codingsOf(
	attempt: Attempt,
	{ contentEncoding, contentType }: ResponseHead,
	decoding: Decoding,
): readonly Coding[] | Failure | undefined {
	// What lies at one place within the encoded bytes lies at another within the decoded.
	if (contentEncoding === undefined || attempt.task.range) return undefined;
	const found = decoding.readCodings(contentEncoding);
	if ("unknown" in found) {
		const message = `${attempt.address.host} sent a Content-Encoding that cannot be decoded: ${found.unknown}`;
		return permanent("protocol", message);
	}
	const [first] = found;
	if (first === undefined) return undefined;
	if (!isOwnCoding(attempt, first, contentType)) return found;
	// The first that was applied is the kind of the file; the others are codings.
	const others = found.slice(1);
	return others.length === 0 ? undefined : others;
}

/** @param closes - Whether nothing but the end of the connection tells that the body is complete. */
export function decodeInto(
	attempt: Attempt,
	codings: readonly Coding[],
	{ decoding, closes }: { readonly decoding: Decoding; readonly closes: boolean },
): BodyFilter {
	const { exchange } = attempt;
	const isWanted = (): boolean => attempt.phase === "body" || attempt.phase === "verify";
	const guard = (act: () => void): void => {
		if (!isWanted()) return;
		try {
			act();
		} catch (error) {
			failAttempt(attempt, classifyFileError(error, attempt.target?.name ?? "the file"));
		}
	};
	const decoder = decoding.createDecoder(codings, {
		onBytes: (bytes) =>
			guard(() => {
				// It is at work, however long the server has nothing to send for that.
				if (exchange) exchange.idleTurns = 0;
				keepBytes(attempt, bytes);
			}),
		onEnd: () => guard(() => endBody(attempt)),
		onProblem: (message, isCut) =>
			guard(() => {
				const text = `the body cannot be decoded as ${codings.join(", ")}: ${message}`;
				failAttempt(attempt, isCut && closes ? transient("truncated", text) : permanent("protocol", text));
			}),
		onRoom: () => exchange?.resume(),
	});
	return {
		write(chunk) {
			if (!decoder.write(Buffer.from(chunk))) exchange?.pause();
		},
		end() {
			// From here on nothing is expected of the server.
			attempt.phase = "verify";
			decoder.end();
		},
		destroy: decoder.destroy,
	};
}
