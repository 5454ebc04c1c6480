/** The command `status`: what runs in a cluster, at one look. */
import type { ClusterStatus } from "../cluster/status.ts";
import { onOff } from "../core/option-kinds.ts";
import { type OptionSpec, optionTable } from "../core/option-table.ts";
import { flagOf, readOption } from "../core/read-option.ts";
import { checkRedisUrl } from "../core/resolve-sink.ts";
import { UsageError } from "../core/usage-error.ts";
import { exitCodes } from "./exit-codes.ts";
import { type CommandShape, parse } from "./flags.ts";
import { print } from "./terminal.ts";

const group = "Status:";

const statusTable: { readonly redis: OptionSpec<string>; readonly json: OptionSpec<boolean> } = {
	redis: { ...optionTable.redis, group, help: "the Redis server, redis:// or rediss://" },
	json: { name: "json", group, kind: onOff, help: "print one JSON object" },
};

export const statusShape: CommandShape = {
	name: "downspout status",
	summary: "Shows what runs in a cluster: its runs, and its workers.",
	options: statusTable,
};

/**
 * Runs the command; gives its exit code.
 * @throws {UsageError} an option is wrong or missing. @throws {ClusterError} Redis cannot be used.
 */
export async function runStatus(args: readonly string[]): Promise<number> {
	const parsed = parse(statusShape, args);
	if (parsed === undefined) return exitCodes.done;
	const redis = readOption(parsed.values.redis, statusTable.redis);
	if (redis === undefined) throw new UsageError(`${flagOf(statusTable.redis)} must be given`);
	const { readStatus } = await import("../cluster/status.ts");
	const status = await readStatus(checkRedisUrl(redis));
	const asJson = readOption(parsed.values.json, statusTable.json) ?? false;
	print(asJson ? JSON.stringify(status) : statusText(status));
	return exitCodes.done;
}

function statusText({ runs, workers }: ClusterStatus): string {
	const runRows = runs.map((run) => [
		run.run,
		run.list,
		String(run.total),
		String(run.saved),
		String(run.failed),
		String(run.waiting),
		String(run.workers),
		run.filesPerSecond.toFixed(0),
	]);
	const workerRows = workers.map((one) => [
		one.worker,
		one.host,
		String(one.pid),
		one.run ?? "-",
		String(one.inFlight),
		one.filesPerSecond.toFixed(0),
		one.seenAt,
	]);
	const hostRows = runs.flatMap(({ run, hosts }) =>
		hosts.map((one) => [
			run,
			one.host,
			String(one.saved),
			String(one.failed),
			String(one.retries),
			String(one.refused),
			String(Math.round(one.level)),
		]),
	);
	return [
		table(["run", "list", "total", "saved", "failed", "waiting", "workers", "files/s"], runRows, "no runs"),
		"",
		table(["worker", "host", "pid", "run", "in flight", "files/s", "seen at"], workerRows, "no workers"),
		...(hostRows.length === 0
			? []
			: ["", table(["run", "host", "saved", "failed", "retries", "refused", "level"], hostRows, "no hosts")]),
	].join("\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[], none: string): string {
	if (rows.length === 0) return none;
	const all = [head, ...rows];
	const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
	return all
		.map((row) =>
			row
				.map((cell, column) => cell.padEnd(widths[column] ?? 0))
				.join("  ")
				.trimEnd(),
		)
		.join("\n");
}
