/** What identifies an entry in its directory, in this run and in later ones. */
import { hash } from "node:crypto";

/** Hexadecimal digits of a key: 80 bits, so that two of 300 million entries share one with a chance below 1 in 10 million. */
export const keyDigits = 20;

/**
 * The key of an entry: of its URL and of the name that it asks for.
 * @param occurrence - Which listing of the same entry this is, from 0, where duplicates are wanted.
 */
export function entryKey(url: string, out: string | undefined, occurrence = 0): string {
	const text = `${url}\n${out ?? ""}${occurrence === 0 ? "" : `\n${occurrence}`}`;
	return hash("sha256", text, "hex").slice(0, keyDigits);
}
