/** Prints the summary of a run to standard output: text for people, one JSON object for scripts. */
import { dryListing } from "../report/dry-listing.ts";
import { summaryText } from "../report/summary-text.ts";
import type { OutputOptions } from "./output-options.ts";
import type { Performed } from "./perform.ts";
import { print } from "./terminal.ts";

export function printSummary({ summary, folder }: Performed, { json, elsewhere }: OutputOptions): void {
	if (json) return print(JSON.stringify(summary));
	const listing = summary.files === undefined ? "" : dryListing(summary.files);
	print(`${listing}${summaryText(summary, { folder, elsewhere, stream: process.stdout })}`);
}
