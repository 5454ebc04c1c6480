/** Lines of SHA256SUMS-style files, GNU's and BSD's, read and written. */
import { type Checksum, checksumAlgorithm, parseBare, parseChecksum, unknownAlgorithm } from "./checksum.ts";

export type ChecksumLine = {
	/** Relative, with `/` between folders. */
	readonly name: string;
	readonly checksum: Checksum;
};

/** Reads `HEX  NAME`, `HEX *NAME`, `SHA256 (NAME) = HEX`, openssl's `SHA2-256(NAME)= HEX`, and names that are escaped; undefined where it is none of these. */
export function parseChecksumLine(line: string): ChecksumLine | undefined {
	// A backslash before the line tells that those in the name are doubled (GNU coreutils).
	const isEscaped = line.startsWith("\\");
	const text = isEscaped ? line.slice(1) : line;
	return parseBsd(text, isEscaped) ?? parseGnu(text, isEscaped);
}

/** The algorithm that a line of BSD's form names, where that is none that can be verified. */
export function unknownLineAlgorithm(line: string): string | undefined {
	const [, name, hex] = /^\\?([a-z][a-z0-9/-]{0,30}) ?\(.*\) ?= ?([0-9a-f]+)\s*$/i.exec(line) ?? [];
	return name === undefined ? undefined : unknownAlgorithm(`${name}:${hex}`);
}

/**
 * What `b2sum` writes, with its algorithm in each line: bare digests have the length of those of sha-512. Lines keep their
 * numbers.
 */
export function nameBlake2b(text: string): string {
	return text.replace(
		/(^|[\n\r\0\ufeff])([ \t]*\\?)([0-9a-f]{2,128})(?: [ *]|\t| )([^\n\r\0]+)/gi,
		(_, before: string, backslash: string, hex: string, name: string) =>
			`${before}${backslash}BLAKE2b${hex.length === 128 ? "" : `-${hex.length * 4}`} (${name}) = ${hex}`,
	);
}

/** Whether the name of a file says that its bare digests are those of `b2sum`. */
export function isNamedBlake2b(name: string): boolean {
	return /b2sum|blake2b|\.b2$/i.test(name);
}

/** The line that `sha256sum` writes. */
export function formatChecksumLine(hex: string, name: string): string {
	const escaped = name.replace(/[\\\n\r]/g, (character) => `\\${{ "\n": "n", "\r": "r" }[character] ?? "\\"}`);
	return `${escaped === name ? "" : "\\"}${hex}  ${escaped}\n`;
}

function parseGnu(text: string, isEscaped: boolean): ChecksumLine | undefined {
	const match = /^([0-9a-f]{32,128})(?: [ *]|\t| )(.+)$/i.exec(text);
	const checksum = parseBare(match?.[1] ?? "");
	return checksum && nameLine(match?.[2] ?? "", isEscaped, checksum);
}

function parseBsd(text: string, isEscaped: boolean): ChecksumLine | undefined {
	const open = text.indexOf("(");
	const close = text.lastIndexOf(")");
	const algorithm = open > 0 && open < 20 && close > open ? checksumAlgorithm(text.slice(0, open)) : undefined;
	const digest = algorithm && /^ ?= ?([0-9a-f]+)\s*$/i.exec(text.slice(close + 1))?.[1];
	const checksum = digest && parseChecksum(`${algorithm}:${digest}`);
	return checksum ? nameLine(text.slice(open + 1, close), isEscaped, checksum) : undefined;
}

function nameLine(written: string, isEscaped: boolean, checksum: Checksum): ChecksumLine | undefined {
	const name = isEscaped
		? written.replace(/\\([\\nr])/g, (_, code: string) => ({ n: "\n", r: "\r" })[code] ?? "\\")
		: written;
	const plain = name.replace(/^(?:\.\/+)+/, "");
	return plain === "" ? undefined : { name: plain, checksum };
}
