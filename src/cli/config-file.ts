/** Options from files: the one that --config names, and the user's own. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { whyUnreadable } from "../core/describe-error.ts";
import { text } from "../core/option-kinds.ts";
import { type OptionSpec, optionTable } from "../core/option-table.ts";
import type { OptionName } from "../core/option-values.ts";
import { flagOf, quote, readOption } from "../core/read-option.ts";
import { type GivenValues, readHeader } from "../core/resolve-options.ts";
import { UsageError } from "../core/usage-error.ts";
import { closest } from "./closest.ts";

/** An option of the command line alone: a program that uses the library has its own ways. */
export const configOption: OptionSpec<string> = {
	name: "config",
	group: "Runs, records and output:",
	kind: text("FILE"),
	help: "options as name=value lines; goes before $XDG_CONFIG_HOME/downspout/downspout.conf, the command line before both",
};

export type Configured = {
	/** Those of the command line, and below them those of the files. */
	readonly values: GivenValues;
	/** The same error, or one that names the file and line where the option that it is about was set. */
	locate(error: unknown): unknown;
};

type Setting = { readonly value: unknown; readonly place: string };
/** By the keys of the option table. */
type Settings = ReadonlyMap<OptionName, Setting>;

/**
 * Adds what files say to what a command line says.
 * @throws {UsageError} a file cannot be read, or a line of it is wrong.
 */
export function readConfig(given: Readonly<Record<string, unknown>>, env: NodeJS.ProcessEnv): Configured {
	const { config, ...values } = given;
	const named = readOption(config, configOption);
	const settings = new Map([...readOwn(env), ...(named === undefined ? [] : readNamed(named))]);
	const merged = new Map<string, unknown>([...settings].map(([key, { value }]) => [key, value]));
	for (const [key, value] of Object.entries(values)) {
		merged.set(key, value);
		if (isOptionName(key)) settings.delete(key);
	}
	return { values: Object.fromEntries(merged), locate: (error) => locate(error, settings) };
}

function isOptionName(key: string): key is OptionName {
	return Object.hasOwn(optionTable, key);
}

function locate(error: unknown, settings: Settings): unknown {
	if (!(error instanceof UsageError)) return error;
	const name = /^--([a-z0-9-]+)/.exec(error.message)?.[1];
	const setting = [...settings].find(([key]) => optionTable[key].name === name)?.[1];
	return setting === undefined ? error : new UsageError(`${setting.place}: ${error.message}`, { cause: error });
}

function readNamed(path: string): Settings {
	try {
		return parseConfig(readFileSync(path, "utf8"), path);
	} catch (cause) {
		throw cause instanceof UsageError ? cause : unreadable(`${flagOf(configOption)}: ${quote(path)}`, cause);
	}
}

/** Most users have none. */
function readOwn(env: NodeJS.ProcessEnv): Settings {
	const { XDG_CONFIG_HOME: base } = env;
	const path = join(base && isAbsolute(base) ? base : join(homedir(), ".config"), "downspout", "downspout.conf");
	try {
		return parseConfig(readFileSync(path, "utf8"), path);
	} catch (cause) {
		if (cause instanceof UsageError) throw cause;
		const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
		if (code === "ENOENT" || code === "ENOTDIR") return new Map();
		throw unreadable(path, cause);
	}
}

function unreadable(what: string, cause: unknown): UsageError {
	return new UsageError(`${what} cannot be read: ${whyUnreadable(cause)}`, { cause });
}

function parseConfig(content: string, path: string): Settings {
	const settings = new Map<OptionName, Setting>();
	for (const [index, raw] of content
		.replace(/^\ufeff/, "")
		.split(/\r\n|\n|\r/)
		.entries()) {
		const line = raw.trim();
		if (line === "" || line.startsWith("#")) continue;
		const place = `${path}, line ${index + 1}`;
		const equals = line.indexOf("=");
		if (equals < 0) throw new UsageError(`${place}: ${quote(line)} is not of the form name=value`);
		const [key, spec] = findOption(line.slice(0, equals).trim(), place);
		const value = readValue(spec, line.slice(equals + 1).trim(), place);
		const earlier = spec.kind.repeatable ? settings.get(key)?.value : undefined;
		settings.set(key, { value: Array.isArray(earlier) ? [...earlier, value].flat() : value, place });
	}
	return settings;
}

function findOption(name: string, place: string): readonly [OptionName, OptionSpec<unknown>] {
	for (const key of Object.keys(optionTable)) {
		if (isOptionName(key) && optionTable[key].name === name) return [key, optionTable[key]];
	}
	const near = closest(
		name,
		Object.values(optionTable).map((spec) => spec.name),
	);
	const advice = near === undefined ? "" : ` (did you mean ${near}?)`;
	throw new UsageError(`${place}: there is no option ${quote(name)}${advice}`);
}

/** The value as the command line would give it. */
function readValue(spec: OptionSpec<unknown>, written: string, place: string): unknown {
	const { kind, name } = spec;
	const isFlag = kind.argument === undefined;
	const switched =
		(isFlag || kind.optional) && (written === "true" || written === "false") ? written === "true" : undefined;
	if (isFlag && switched === undefined)
		throw new UsageError(`${place}: ${name}: ${quote(written)} is not true or false`);
	// The flag `no-x` switches x off.
	const value = switched === undefined ? written : isFlag && name.startsWith("no-") ? !switched : switched;
	const shaped = kind.repeatable ? [value] : value;
	try {
		// Of several lines of one option only the last one's place is kept: headers are looked at here.
		if (spec === optionTable.header) readHeader(written);
		readOption(shaped, spec);
	} catch (error) {
		throw error instanceof UsageError ? new UsageError(`${place}: ${error.message}`, { cause: error }) : error;
	}
	return shaped;
}
