/** The error of a list that cannot be read on: what came before counts. */

export class BrokenListError extends Error {
	readonly code = "broken_list";
	override readonly name = "BrokenListError";
	/** The place as records have it: a line, or the number of an element or row. */
	readonly line: number;

	constructor(line: number, problem: string, cause?: unknown) {
		super(problem, cause === undefined ? undefined : { cause });
		this.line = line;
	}
}

/** The place that an error tells. Not by its class: readers of formats are bundled apart, with a class of their own. */
export function placeOf(error: unknown): number | undefined {
	return error instanceof Error && "line" in error && typeof error.line === "number" ? error.line : undefined;
}

/** The error, at this place where it does not know its own. */
export function brokenAt(line: number, error: unknown): BrokenListError {
	if (error instanceof BrokenListError) return error;
	return new BrokenListError(line, error instanceof Error ? error.message : String(error), error);
}
