/** The files of a dry run as text for people: sizes, types and names. */
import type { DryFile } from "../core/outcome.ts";
import { escapeControls } from "./escape.ts";
import { formatBytes } from "./units.ts";

const sizeWidth = 10;
const typeWidth = 26;

/** A line for each file in the order of the list, and an empty one behind them. */
export function dryListing(files: readonly DryFile[]): string {
	const rows = [...files].sort((a, b) => a.line - b.line).map(row);
	return rows.length === 0 ? "" : `${rows.join("")}\n`;
}

function row({ file, bytes, contentType }: DryFile): string {
	const size = bytes === null ? "unknown" : formatBytes(bytes);
	const type = contentType === null ? "-" : escapeControls(contentType);
	return `${size.padStart(sizeWidth)}  ${type.padEnd(typeWidth)}  ${escapeControls(file)}\n`;
}
