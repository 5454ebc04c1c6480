/** Reads the value of one option and says in one line what is wrong with it. */
import type { OptionSpec } from "./option-table.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Reads one option; undefined where it was not given.
 * @throws {UsageError} its value is wrong.
 */
export function readOption<T>(given: unknown, spec: OptionSpec<T>): T | undefined {
	if (given === undefined) return undefined;
	const reading = spec.kind.read(given);
	if (!("value" in reading)) throw new UsageError(`${flagOf(spec)}: ${quote(given)} is not ${reading.expected}`);
	return reading.value;
}

/** The option as a user writes it on the command line. */
export function flagOf(spec: OptionSpec<unknown>): string {
	return `--${spec.name}`;
}

/** The value in quotes, on one line and not too long for it. */
export function quote(value: unknown): string {
	const shown = write(value);
	return shown.length > 100 ? `${shown.slice(0, 96)}…"` : shown;
}

/** JSON has neither NaN nor bigints, and programs may give what has no end. */
function write(value: unknown): string {
	if (typeof value === "number" || typeof value === "bigint") return String(value);
	try {
		return JSON.stringify(value) ?? String(value);
	} catch {
		return Object.prototype.toString.call(value);
	}
}
