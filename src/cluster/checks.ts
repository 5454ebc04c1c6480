/** What values are that somebody else has written: the pieces of which messages are made. */
import { checksumAlgorithm } from "../core/checksum.ts";

type Fields = { readonly [name: string]: unknown };

export function isObject(value: unknown): value is Fields {
	return typeof value === "object" && value !== null;
}

export function isText(value: unknown): value is string {
	return typeof value === "string";
}

export function isAmount(value: unknown): value is number {
	return typeof value === "number" && value >= 0 && Number.isFinite(value);
}

/** A whole number from 1 on. */
export function isCount(value: unknown): value is number {
	return Number.isSafeInteger(value) && isAmount(value) && value > 0;
}

export function isListOf(value: unknown, isOne: (one: unknown) => boolean): boolean {
	return Array.isArray(value) && value.every(isOne);
}

/** Absent, or that. */
export function isMaybe(value: unknown, isOne: (one: unknown) => boolean): boolean {
	return value === undefined || isOne(value);
}

export function isUrl(value: unknown): value is string {
	return isText(value) && /^https?:\/\//.test(value) && URL.canParse(value);
}

export function isChecksum(value: unknown): boolean {
	if (!isObject(value)) return false;
	const { algorithm, hex } = value;
	return isAlgorithm(algorithm) && isHex(hex);
}

export function isAlgorithm(value: unknown): boolean {
	return isText(value) && checksumAlgorithm(value) === value;
}

export function isHex(value: unknown): boolean {
	return isText(value) && /^[0-9a-f]+$/.test(value);
}

/** The path of a file below the sink, under whatever name it was saved: none that leads out of it, or to what downspout keeps there. */
export function isSavedPath(value: unknown): boolean {
	if (!isText(value) || /^[a-z]:|\0/i.test(value)) return false;
	return value.split(/[/\\]/).every((segment) => !/^(?:\.{0,2}|\.downspout)$/i.test(segment));
}
