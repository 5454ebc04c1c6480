/** Files that options name. */
import { readFile } from "node:fs/promises";
import { whyUnreadable } from "../core/describe-error.ts";
import { quote } from "../core/read-option.ts";
import { UsageError } from "../core/usage-error.ts";

/**
 * Its whole content.
 * @param encoding - `latin1` gives a character for each byte. @throws {UsageError} it cannot be read.
 */
export async function readGiven(flag: string, path: string, encoding: "utf8" | "latin1" = "utf8"): Promise<string> {
	const bytes = await readFile(path).catch((cause: unknown) => {
		throw new UsageError(`${flag}: ${quote(path)} cannot be read: ${whyUnreadable(cause)}`, { cause });
	});
	// Shells of Windows write UTF-16.
	const isUtf16 = /^(?:\xff\xfe|\xfe\xff)/.test(bytes.toString("latin1", 0, 2));
	if (encoding === "utf8" && isUtf16) return new TextDecoder(bytes[0] === 0xff ? "utf-16le" : "utf-16be").decode(bytes);
	return bytes.toString(encoding);
}
