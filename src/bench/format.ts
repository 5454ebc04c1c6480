/** Figures as people read them: three or four digits, with a unit. */

const plain = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });

/** Four significant digits at most, thousands separated: 12,340 or 8.25. */
export function formatNumber(value: number): string {
	if (!Number.isFinite(value)) return "–";
	if (Math.abs(value) >= 100) return plain.format(value);
	return String(Number(value.toPrecision(3)));
}

/** Bytes with a binary unit: 61.2 MiB. */
export function formatBytes(bytes: number): string {
	const units = ["B", "KiB", "MiB", "GiB", "TiB"];
	const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
	return `${formatNumber(bytes / 1024 ** power)} ${units[power] ?? "B"}`;
}

/** Seconds as µs, ms, s or min. */
export function formatSeconds(seconds: number): string {
	if (seconds < 0.001) return `${formatNumber(seconds * 1e6)} µs`;
	if (seconds < 1) return `${formatNumber(seconds * 1000)} ms`;
	if (seconds < 120) return `${formatNumber(seconds)} s`;
	return `${plain.format(Math.floor(seconds / 60))} min ${plain.format(Math.round(seconds % 60))} s`;
}

/** A share of 1 as a percentage: 8.3 %. */
export function formatShare(share: number): string {
	return `${formatNumber(share * 100)} %`;
}

/** A chance: 0.008, or that it is below what the test can tell. */
export function formatChance(p: number): string {
	return p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`;
}
