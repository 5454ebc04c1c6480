/** The dashboard of a run, which is loaded only where it is asked for. */
import type { Summary } from "../core/outcome.ts";
import type { Dashboard } from "../dashboard/dashboard.ts";
import { tryAgainCommand } from "../report/try-again.ts";
import type { OutputOptions } from "./output-options.ts";

export type WatchedRun = {
	/** The folder of its records, where it keeps any. */
	readonly folder: string | undefined;
	/** Where the files go, or, with a sink, where the journal is. */
	readonly dir: string;
	readonly summary: () => Summary;
};

/** Opens it and prints where it is. */
export async function openWatch(output: OutputOptions, run: WatchedRun): Promise<Dashboard | undefined> {
	const { dashboardPort: port, report, progress } = output;
	const reportFolder = report ? run.folder : undefined;
	if (port === undefined && reportFolder === undefined) return undefined;
	const { openDashboard } = await import("../dashboard/dashboard.ts");
	const { folder, dir, summary } = run;
	const tryAgain = folder === undefined ? null : tryAgainCommand(folder, dir, output.elsewhere);
	const dashboard = await openDashboard({ port, reportFolder, summary, tryAgain });
	const { url } = dashboard;
	if (url === undefined) return dashboard;
	// Programs read the other lines as JSON.
	process.stderr.write(progress === "json" ? `${JSON.stringify({ event: "dashboard", url })}\n` : `dashboard ${url}\n`);
	return dashboard;
}

/** Lets those who look at it see the end, for a minute at most, and then ends it. */
export async function closeWatch(
	dashboard: Dashboard | undefined,
	{ progress }: OutputOptions,
	signal: AbortSignal,
): Promise<void> {
	if (dashboard === undefined) return;
	if (dashboard.isRead() && !signal.aborted && progress !== "none" && progress !== "json")
		process.stderr.write("the dashboard stays for a minute, as long as its page is open; Ctrl+C ends it\n");
	await dashboard.linger(signal);
	await dashboard[Symbol.asyncDispose]();
}
