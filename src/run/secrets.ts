/** The user's files with secrets: netrc, and cookies. */
import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { parseCookieFile, type StoredCookie } from "../core/cookie-file.ts";
import { type NetrcEntry, parseNetrc } from "../core/netrc.ts";
import { optionTable } from "../core/option-table.ts";
import { flagOf, quote, readOption } from "../core/read-option.ts";
import type { GivenValues } from "../core/resolve-options.ts";
import { UsageError } from "../core/usage-error.ts";
import { checkPlace } from "./check-place.ts";
import { readGiven } from "./read-given.ts";

export type Secrets = {
	readonly netrc?: readonly NetrcEntry[];
	readonly cookies?: readonly StoredCookie[];
	/** What the user should know of them. */
	readonly warnings: readonly string[];
};

/** @throws {UsageError} a file cannot be read or understood, or the one for cookies not be written. */
export async function readSecrets(values: GivenValues): Promise<Secrets> {
	const warnings: string[] = [];
	const warn = (message: string): void => void warnings.push(message);
	const cookiePath = readOption(values.loadCookies, optionTable.loadCookies);
	const saved = readOption(values.saveCookies, optionTable.saveCookies);
	if (saved !== undefined) await checkPlace(flagOf(optionTable.saveCookies), saved);
	const netrc = await readNetrc(values, warn);
	return {
		...(netrc && { netrc }),
		...(cookiePath !== undefined && { cookies: await readCookies(cookiePath, warn) }),
		warnings,
	};
}

type Warn = (message: string) => void;

async function readNetrc(values: GivenValues, warn: Warn): Promise<readonly NetrcEntry[] | undefined> {
	const named = readOption(values.netrcFile, optionTable.netrcFile);
	if (named === undefined && !readOption(values.netrc, optionTable.netrc)) return undefined;
	const path = named ?? (process.env.NETRC || join(homedir(), ".netrc"));
	const flag = flagOf(named === undefined ? optionTable.netrc : optionTable.netrcFile);
	if (named === undefined && !process.env.NETRC && !(await exists(path))) {
		warn(`${flag}: there is no ${path}`);
		return [];
	}
	const netrc = parseNetrc(await readGiven(flag, path));
	if (typeof netrc === "string") throw new UsageError(`${flag}: ${quote(path)} ${netrc}`);
	const { entries, odd } = netrc;
	if (odd.length > 0) {
		warn(
			`${flag}: ${path} has words that are passed over in line ${odd.slice(0, 5).join(", ")}: values with blanks need quotes`,
		);
	}
	if (await isOpenToOthers(path)) warn(`${path} holds passwords, and others may read it: chmod 600`);
	return entries;
}

async function readCookies(path: string, warn: Warn): Promise<readonly StoredCookie[]> {
	const flag = flagOf(optionTable.loadCookies);
	const { cookies, bad } = parseCookieFile(await readGiven(flag, path, "latin1"));
	const [first] = bad;
	if (first === undefined) return cookies;
	if (cookies.length === 0) throw new UsageError(`${flag}: ${quote(path)} holds no cookies in Netscape's format`);
	warn(`${flag}: ${bad.length} lines of ${path} are no cookies, the first is line ${first}`);
	return cookies;
}

function exists(path: string): Promise<boolean> {
	return stat(path).then(
		() => true,
		() => false,
	);
}

/** Windows tells such things otherwise. */
async function isOpenToOthers(path: string): Promise<boolean> {
	if (process.platform === "win32") return false;
	const stats = await stat(path);
	return stats.isFile() && (stats.mode & 0o077) !== 0;
}
