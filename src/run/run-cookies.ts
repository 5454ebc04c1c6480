/** The cookies of a run: what one worker is told goes to all of them, and into a file at the end. */
import { realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { formatCookieFile, type SetCookie } from "../core/cookie-file.ts";
import type { RunOptions } from "../core/options.ts";
import { createCookies, lastingCookies } from "../http/cookies.ts";
import type { Runner } from "../runners/runner.ts";
import { RunError } from "./run-error.ts";

export type RunCookies = {
	onSetCookie(cookies: readonly SetCookie[]): void;
	/** From now on it is told. */
	share(runner: Pick<Runner, "keepCookies">): void;
	/** Writes the file, if one is wanted. @returns Why it could not be written. */
	save(): Promise<RunError | undefined>;
};

export async function createRunCookies(options: RunOptions): Promise<RunCookies> {
	const { cookies, saveCookies } = options;
	const jar = cookies && saveCookies !== undefined ? await createCookies(cookies) : undefined;
	let shared: Pick<Runner, "keepCookies"> | undefined;
	return {
		onSetCookie(found) {
			for (const { url, text } of found) jar?.keep(new URL(url), [text]);
			shared?.keepCookies(found);
		},
		share(runner) {
			shared = runner;
		},
		async save() {
			if (!jar || saveCookies === undefined) return undefined;
			try {
				await write(saveCookies, formatCookieFile(await lastingCookies(jar)));
				return undefined;
			} catch (cause) {
				const why = cause instanceof Error ? cause.message : String(cause);
				return new RunError("cookies_unwritable", `--save-cookies: the file cannot be written: ${why}`, { cause });
			}
		},
	};
}

/** Whole or not at all, and for its owner alone; a character is a byte. A device or a pipe is written to as it is. */
async function write(path: string, text: string): Promise<void> {
	const place = await realpath(path).catch(() => path);
	const stats = await stat(place).catch(() => undefined);
	if (stats && !stats.isFile()) return writeFile(place, text, "latin1");
	const beside = `${place}.${process.pid}.tmp`;
	try {
		await writeFile(beside, text, { encoding: "latin1", mode: 0o600, flag: "wx" });
		await rename(beside, place);
	} catch (error) {
		await rm(beside, { force: true });
		throw error;
	}
}
