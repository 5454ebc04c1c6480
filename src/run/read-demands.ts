/** What an entry asks of its file beyond a URL and a name, checked before any request. */
import { type Checksum, parseChecksum } from "../core/checksum.ts";
import type { Entry, Header } from "../core/entry.ts";
import { parseEntryRange } from "../core/entry-range.ts";
import { type Failure, permanent } from "../core/failure.ts";
import { checkHeader } from "../core/parse-header.ts";
import { quote } from "../core/read-option.ts";
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
	const notYet = range ? "range" : expectType === undefined ? undefined : "expect-type";
	if (notYet !== undefined) return permanent("invalid_option", `${notYet} is not available yet in this release`);
	return { checksums, demands: { range, expectType, sizeBytes, pieces } };
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
		if (!checksum) return permanent("checksum", `not a checksum: ${text.slice(0, 200)}`);
		checksums.push(checksum);
	}
	return checksums;
}
