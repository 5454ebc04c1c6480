/** The progress as lines for a terminal: a pure function of what is known and how wide it is. */
import { secondsLeft } from "../core/rates.ts";
import { escapeControls } from "./escape.ts";
import type { Paint, Style } from "./paint.ts";
import type { InFlight, ProgressView } from "./progress-state.ts";
import { shortenMiddle, textWidth } from "./text-width.ts";
import { formatBytes, formatClock, formatCount } from "./units.ts";

export type Layout = {
	/** Columns that a line may take. */
	readonly columns: number;
	readonly paint: Paint;
};

/** A part of a line; where not all fit, the parts of the highest `rank` go first. */
type Part = { readonly text: string; readonly rank: number; readonly style?: Style | "bar" };

const gap = "  ";
const barColumns = { least: 8, most: 30 };
const downloadBarColumns = 12;

/** The line of the whole run. */
export function overallLine(view: ProgressView, { columns, paint }: Layout): string {
	const parts = fitting(overallParts(view), columns);
	if (parts.length === 0) return shortenMiddle(files(view), columns);
	const barSize = Math.min(barColumns.most, columns - widthOf(parts) + barColumns.least);
	const shown = ({ text, style }: Part): string => {
		if (style === "bar") return bar(view.share, barSize, paint);
		return style === undefined ? text : paint(style, text);
	};
	return parts.map(shown).join(gap);
}

function overallParts(view: ProgressView): Part[] {
	const { share, secondsLeft, stopping } = view;
	const parts: Part[] = [{ text: " ".repeat(barColumns.least), rank: 5, style: "bar" }];
	parts.push({ text: files(view), rank: 0 });
	if (share !== null) parts.push({ text: `${Math.floor(share * 100)}%`.padStart(4), rank: 2 });
	parts.push({ text: formatBytes(view.bytes).padStart(7), rank: 7 });
	parts.push({ text: `${formatBytes(view.bytesPerSecond)}/s`.padStart(9), rank: 3 });
	parts.push({ text: `${formatCount(view.filesPerSecond)} files/s`, rank: 6 });
	if (view.level !== null) parts.push({ text: `${view.inFlight}/${formatCount(view.level)} at once`, rank: 8 });
	if (stopping) parts.push({ text: "stopping", rank: 1, style: "yellow" });
	else if (secondsLeft !== null && view.files < view.total)
		parts.push({ text: `${formatClock(secondsLeft)} left`, rank: 4 });
	if (view.failed > 0) parts.push({ text: `${formatCount(view.failed)} failed`, rank: 1, style: "red" });
	return parts;
}

function files({ files, total, totalKnown }: ProgressView): string {
	const of = `${formatCount(total)}${totalKnown ? "" : "+"}`;
	return `${formatCount(files).padStart(of.length)}/${of}`;
}

/** The line of one download. */
export function downloadLine(download: Omit<InFlight, "id" | "host">, { columns, paint }: Layout): string {
	const { bytes, totalBytes, bytesPerSecond } = download;
	const percent = totalBytes ? `${Math.floor((bytes / totalBytes) * 100)}%` : "";
	const size = totalBytes === undefined ? formatBytes(bytes) : `${formatBytes(bytes)}/${formatBytes(totalBytes)}`;
	const share = totalBytes ? Math.min(1, bytes / totalBytes) : null;
	const left = totalBytes === undefined ? null : secondsLeft(bytes, totalBytes, bytesPerSecond);
	const parts: Part[] = [
		{ text: " ".repeat(downloadBarColumns), rank: 4, style: "bar" },
		{ text: percent.padStart(4), rank: 1 },
		{ text: size.padStart(15), rank: 3 },
		{ text: `${formatBytes(bytesPerSecond)}/s`.padStart(9), rank: 2 },
		{ text: (left === null ? "" : `${formatClock(left)} left`).padStart(10), rank: 5 },
	];
	const nameLeast = Math.min(20, Math.max(columns - 16, 8));
	const kept = fitting(parts, columns - gap.length * 2 - nameLeast);
	const nameColumns = Math.min(60, columns - gap.length - (kept.length > 0 ? widthOf(kept) + gap.length : 0));
	const name = shortenMiddle(escapeControls(download.url.replace(/^https?:\/\//i, "")), nameColumns);
	const padded = name + " ".repeat(Math.max(0, nameColumns - textWidth(name)));
	const shown = kept.map(({ text, style }) =>
		style === "bar" ? bar(share, downloadBarColumns, paint) : paint("dim", text),
	);
	return gap + [padded, ...shown].join(gap).trimEnd();
}

/** The parts that fit side by side, in their order. */
function fitting(parts: readonly Part[], columns: number): Part[] {
	const kept: Part[] = [];
	for (const part of parts.toSorted((a, b) => a.rank - b.rank)) {
		if (widthOf([...kept, part]) > columns) break;
		kept.push(part);
	}
	return parts.filter((part) => kept.includes(part));
}

function widthOf(parts: readonly Part[]): number {
	return parts.reduce((sum, { text }) => sum + textWidth(text), gap.length * Math.max(0, parts.length - 1));
}

function bar(share: number | null, columns: number, paint: Paint): string {
	const full = Math.round((share ?? 0) * columns);
	return paint("green", "━".repeat(full)) + paint("dim", "─".repeat(columns - full));
}
