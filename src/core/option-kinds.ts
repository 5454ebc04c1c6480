/** Kinds of option values: each reads what a user wrote, text or already a value, or says what was expected. */
import { parseTypePatterns } from "./type-patterns.ts";

/** What a value was read as, or what it should have been: "a whole number from 1 to 9". */
export type Reading<T> = { readonly value: T } | { readonly expected: string };

/** Reads values of one kind. A kind without an `argument` is a switch. */
export type Kind<T> = {
	/** Stands for the value in the help: `N`. */
	readonly argument?: string;
	/** The argument may be left out. */
	readonly optional?: boolean;
	/** The option may be given more than once. */
	readonly repeatable?: boolean;
	readonly choices?: readonly string[];
	read(given: unknown): Reading<T>;
};

const byteFactors = new Map([
	["", 1],
	["k", 1e3],
	["M", 1e6],
	["G", 1e9],
	["Ki", 2 ** 10],
	["Mi", 2 ** 20],
	["Gi", 2 ** 30],
]);

/** Node's timers wrap around beyond this many milliseconds, which is 24 days. */
export const longestTimerMs: number = 2 ** 31 - 1;

/** An option that is on or off. */
export const onOff: Kind<boolean> = {
	read: (given) => (typeof given === "boolean" ? { value: given } : { expected: "true or false" }),
};

/** Text that is not empty. */
export function text(argument: string): Kind<string> {
	return {
		argument,
		read: (given) => (typeof given === "string" && given !== "" ? { value: given } : { expected: "some text" }),
	};
}

/** A repeatable text. */
export function texts(argument: string): Kind<readonly string[]> {
	return {
		argument,
		repeatable: true,
		read: (given) =>
			Array.isArray(given) && given.every((item) => typeof item === "string")
				? { value: given }
				: { expected: "a list of texts" },
	};
}

/** Statuses of HTTP with commas between them. */
export const statuses: Kind<string> = {
	argument: "CODES",
	read: (given) =>
		typeof given === "string" && /^\s*[3-5]\d\d\s*(?:,\s*[3-5]\d\d\s*)*$/.test(given)
			? { value: given }
			: { expected: "statuses from 300 to 599 with commas between them, such as 403,404" },
};

/** Media types with commas between them, each with up to two stars. */
export const typePatterns: Kind<string> = {
	argument: "TYPES",
	read: (given) =>
		typeof given === "string" && parseTypePatterns(given)
			? { value: given }
			: { expected: "media types with commas between them, such as image/*,application/pdf" },
};

/** One of a few words. */
export function choice(argument: string, choices: readonly string[]): Kind<string> {
	return {
		argument,
		choices,
		read: (given) =>
			typeof given === "string" && choices.includes(given)
				? { value: given }
				: { expected: `one of ${choices.join(", ")}` },
	};
}

/** A whole number. */
export function integer(min: number, max: number): Kind<number> {
	return {
		argument: "N",
		read(given) {
			const value = typeof given === "string" && /^[0-9]{1,15}$/.test(given) ? Number(given) : given;
			if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return { value };
			return { expected: `a whole number from ${min} to ${max}` };
		},
	};
}

/** A whole number, or `auto`. */
export function integerOrAuto(min: number, max: number): Kind<number | "auto"> {
	const number = integer(min, max);
	return {
		argument: "N",
		read(given) {
			if (given === "auto") return { value: "auto" };
			const reading = number.read(given);
			return "value" in reading ? reading : { expected: `${reading.expected}, or auto` };
		},
	};
}

/** Seconds, fractions allowed, at most what a timer can wait. */
export const seconds: Kind<number> = {
	argument: "S",
	read(given) {
		const value = typeof given === "string" && /^(\d+\.?\d*|\.\d+)$/.test(given) ? Number(given) : given;
		const max = Math.floor(longestTimerMs / 1000);
		if (typeof value === "number" && value >= 0 && value <= max) return { value };
		return { expected: `a number of seconds from 0 to ${max}, such as 0.5` };
	},
};

/** Requests a second, fractions allowed. */
export const perSecond: Kind<number> = {
	argument: "N",
	read(given) {
		const value = typeof given === "string" && /^(\d+\.?\d*|\.\d+)$/.test(given) ? Number(given) : given;
		if (typeof value === "number" && value >= 0.001 && value <= 1_000_000) return { value };
		return { expected: "a number a second from 0.001 to 1000000, such as 0.5 or 20" };
	},
};

/** A number of bytes from 1, with or without a suffix. */
export const bytes: Kind<number> = {
	argument: "BYTES",
	read(given) {
		const parts = typeof given === "string" ? /^(\d+)(k|M|G|Ki|Mi|Gi)?$/.exec(given) : null;
		const value = parts === null ? given : Number(parts[1]) * (byteFactors.get(parts[2] ?? "") ?? Number.NaN);
		if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1) return { value };
		return { expected: "a number of bytes from 1, such as 500, 10k, 4Mi or 2G" };
	},
};
