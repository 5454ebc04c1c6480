/** The columns of the ranking: the same table on the terminal, in Markdown and in the page. */
import { formatBytes, formatNumber, formatSeconds } from "../format.ts";
import type { RankedMethod } from "../results.ts";

export type Column = {
	readonly title: string;
	/** Words, which stand on the left; figures stand on the right. */
	readonly text?: true;
	cell(entry: RankedMethod): string;
};

const none = "–";

export const rankingColumns: readonly Column[] = [
	{ title: "rank", cell: (entry) => String(entry.rank) },
	{ title: "method", text: true, cell: (entry) => entry.method },
	{ title: "files/s", cell: (entry) => figure(entry, formatNumber(entry.filesPerSecond.median)) },
	{
		title: "95 % interval",
		cell: ({ filesPerSecond: { low, high }, runs }) =>
			runs < 2 ? none : `${formatNumber(low)} – ${formatNumber(high)}`,
	},
	{ title: "bytes/s", cell: (entry) => figure(entry, formatBytes(entry.bytesPerSecond.median)) },
	{ title: "seconds", cell: (entry) => figure(entry, formatNumber(entry.seconds.median)) },
	{
		title: "CPU/file",
		cell: ({ cpuSecondsPerFile: seconds }) => (seconds === null ? none : formatSeconds(seconds)),
	},
	{ title: "peak memory", cell: ({ peakRssBytes: bytes }) => (bytes === null ? none : formatBytes(bytes)) },
	{ title: "not saved", cell: (entry) => figure(entry, formatNumber(entry.failed)) },
	{ title: "runs", cell: (entry) => String(entry.runs) },
];

function figure(entry: RankedMethod, shown: string): string {
	return entry.runs === 0 ? none : shown;
}
