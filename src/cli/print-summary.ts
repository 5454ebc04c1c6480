/** Prints the summary of a run to standard output: text for people, one JSON object for scripts. */
import { summaryText } from "../report/summary-text.ts";
import type { OutputOptions } from "./output-options.ts";
import type { Performed } from "./perform.ts";
import { print } from "./terminal.ts";

export function printSummary({ summary, folder }: Performed, { json }: OutputOptions): void {
	print(json ? JSON.stringify(summary) : summaryText(summary, { folder, stream: process.stdout }));
}
