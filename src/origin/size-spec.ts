/** How large the files are: one size for all, or sizes drawn from a log-normal distribution. */
import { draw } from "./draw.ts";

export type SizeSpec =
	| { readonly kind: "fixed"; readonly sizeBytes: number }
	/** `sigma` is the standard deviation of the size's natural logarithm. */
	| { readonly kind: "lognormal"; readonly medianBytes: number; readonly sigma: number };

const units: Readonly<Record<string, number>> = {
	"": 1,
	k: 1e3,
	M: 1e6,
	G: 1e9,
	Ki: 2 ** 10,
	Mi: 2 ** 20,
	Gi: 2 ** 30,
};

/** No file is larger: 1 PB, which the path grammar can state. */
const largestBytes = 999_999_999_999_999;

/** Reads `10Ki` or `lognormal:10Ki:1.5` (median and sigma); undefined where it is neither. */
export function parseSizeSpec(text: string): SizeSpec | undefined {
	const parts = text.split(":");
	const [first = "", second = "", third = ""] = parts;
	if (parts.length === 1) {
		const sizeBytes = parseSize(first);
		return sizeBytes === undefined ? undefined : { kind: "fixed", sizeBytes };
	}
	const medianBytes = parseSize(second);
	if (parts.length !== 3 || first !== "lognormal" || medianBytes === undefined || !/^\d+(\.\d+)?$/.test(third))
		return undefined;
	return { kind: "lognormal", medianBytes, sigma: Number(third) };
}

/** Size in bytes of the file with this index. */
export function drawSize(spec: SizeSpec, seed: number, index: number): number {
	if (spec.kind === "fixed") return spec.sizeBytes;
	const radius = Math.sqrt(-2 * Math.log(1 - draw(seed, `size-radius:${index}`)));
	const normal = radius * Math.cos(2 * Math.PI * draw(seed, `size-angle:${index}`));
	return Math.min(largestBytes, Math.round(spec.medianBytes * Math.exp(spec.sigma * normal)));
}

function parseSize(text: string): number | undefined {
	const match = /^(\d{1,15})([kMG]|[KMG]i)?$/.exec(text);
	if (!match) return undefined;
	const sizeBytes = Number(match[1]) * (units[match[2] ?? ""] ?? 1);
	return sizeBytes <= largestBytes ? sizeBytes : undefined;
}
