/** What a run says of the lines of --checksums that were of no use. */
import type { ChecksumTable } from "../core/checksum-table.ts";
import type { Sink } from "../core/event.ts";

/** A line that is of no file of the list may have been meant for one. */
export function tellUnmatched(checksums: ChecksumTable, sink: Sink): void {
	const { count: unreadable, firstLine } = checksums.unreadable;
	if (unreadable > 0) {
		const message = `--checksums: lines that could not be read: ${unreadable}, the first is line ${firstLine}`;
		sink.on({ type: "warning", message });
	}
	const { count, first } = checksums.unmatched();
	if (count === 0) return;
	const message = `--checksums: lines that match no file of the list: ${count} of ${checksums.size}, the first is of ${first}`;
	sink.on({ type: "warning", message });
}
