/** What a run says of the lines of --checksums that were of no use. */
import { knownAlgorithms } from "../core/checksum.ts";
import type { ChecksumTable } from "../core/checksum-table.ts";
import type { Sink } from "../core/event.ts";
import { quote } from "../core/read-option.ts";

/** A line that is of no file of the list may have been meant for one. */
export function tellUnmatched(checksums: ChecksumTable, sink: Sink): void {
	const { count: unreadable, firstLine, algorithm } = checksums.unreadable;
	if (unreadable > 0) {
		const why = algorithm === undefined ? "" : `, of ${quote(algorithm)}: known are ${knownAlgorithms}`;
		const message = `--checksums: lines that could not be read: ${unreadable}, the first is line ${firstLine}${why}`;
		sink.on({ type: "warning", message });
	}
	const { count, first } = checksums.unmatched();
	if (count === 0) return;
	const message = `--checksums: lines that match no file of the list: ${count} of ${checksums.size}, the first is of ${first}`;
	sink.on({ type: "warning", message });
}
