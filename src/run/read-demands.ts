/** What an entry asks of its file beyond a URL and a name, checked before any request. */
import { type Checksum, knownAlgorithms, parseChecksum, unknownAlgorithm } from "../core/checksum.ts";
import type { Entry, Header } from "../core/entry.ts";
import { parseEntryRange } from "../core/entry-range.ts";
import { type Failure, permanent } from "../core/failure.ts";
import { checkHeader } from "../core/parse-header.ts";
import { quote } from "../core/read-option.ts";
import { parseTypePatterns } from "../core/type-patterns.ts";
import type { Pending } from "./pending.ts";

export type Demands = Pick<Pending, "checksums" | "demands">;

const none: Demands = {};

/** @returns the first thing that cannot be used, else */
export function readDemands(entry: Entry): Demands | Failure {
	const { headers, checksums: written, range: part, expectType, sizeBytes, pieces } = entry;
	const badHeader = headers && findBadHeader(headers);
	if (badHeader) return badHeader;
	const checksums = written && readChecksums(written);
	if (checksums && "code" in checksums) return checksums;
	const isSpecial = part !== undefined || expectType !== undefined || sizeBytes !== undefined || pieces !== undefined;
	if (!isSpecial) return checksums ? { checksums } : none;
	const range = part === undefined ? undefined : parseEntryRange(part);
	if (part !== undefined && !range) {
		return permanent("invalid_option", `range: ${quote(part)} is not FIRST-LAST, such as 0-499`);
	}
	const expectTypes = expectType === undefined ? undefined : parseTypePatterns(expectType);
	if (expectType !== undefined && !expectTypes) {
		return permanent("invalid_option", `expect-type: ${quote(expectType)} is no media type, such as image/*`);
	}
	return { checksums, demands: { range, expectTypes, sizeBytes, pieces } };
}

/** The same check as for --header. The value may be a secret: the message names the header alone. */
function findBadHeader(headers: readonly Header[]): Failure | undefined {
	for (const [name, value] of headers) {
		const reading = checkHeader(name, value);
		if ("problem" in reading) return permanent("invalid_option", `header: ${quote(name)} ${reading.problem}`);
	}
	return undefined;
}

function readChecksums(written: readonly string[]): readonly Checksum[] | Failure {
	const checksums: Checksum[] = [];
	for (const text of written) {
		const checksum = parseChecksum(text);
		if (!checksum) return permanent("checksum", describeUnreadable(text));
		checksums.push(checksum);
	}
	return checksums;
}

function describeUnreadable(text: string): string {
	const algorithm = unknownAlgorithm(text);
	if (algorithm !== undefined) return `no checksum of ${quote(algorithm)} is known, but ${knownAlgorithms}`;
	return `not a checksum: ${text.slice(0, 200)}`;
}
