/** LOGDIR/RUN/report.html: the dashboard made static, in one file. */
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Collector } from "./collector.ts";
import { wholeView } from "./model.ts";
import { readPage, staticPage } from "./page-file.ts";
import { stateOf } from "./state.ts";

/** More than the live page shows: the reader of a report cannot ask for the rest. */
const most = { flights: 0, hosts: 1000, failures: 1000 };

/**
 * Writes it whole or not at all.
 * @throws {NodeJS.ErrnoException} it cannot be written, or the page was not built.
 */
export async function writeReportFile(folder: string, collector: Collector): Promise<void> {
	const page = await readPage();
	const path = join(folder, "report.html");
	await writeFile(`${path}.part`, staticPage(page, stateOf(collector, wholeView, most)));
	await rename(`${path}.part`, path);
}
