/** Texts of the page that more than one part of it uses. */
import { formatBytes, formatCount } from "../../report/units.ts";
import type { Phase } from "../model.ts";

export { formatBytes, formatClock, formatCount, formatSeconds } from "../../report/units.ts";

/** `7%`; 100 only where all is done. */
export function percentText(share: number): string {
	return `${Math.floor(share * 100)}%`;
}

export function bytesRate(bytesPerSecond: number): string {
	return `${formatBytes(bytesPerSecond)}/s`;
}

export function countOf(count: number, noun: string): string {
	return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

export const phaseTexts: Readonly<Record<Phase, string>> = {
	starting: "Starting",
	running: "Running",
	paused: "Paused",
	stopping: "Stopping",
	ended: "Finished",
};

/** The last segment of a URL's path, as a file might be called; the host where there is none. */
export function nameOf(url: string): string {
	const path = url.replace(/^[a-z]+:\/\//i, "").replace(/[?#].*$/s, "");
	return path.split("/").findLast((segment) => segment !== "") ?? url;
}

/** `14:03:07`, in the time of the machine that shows the page. */
export function clockTime(atMs: number): string {
	return new Date(atMs).toTimeString().slice(0, 8);
}
