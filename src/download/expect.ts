/** What an attempt's bytes must be: as the list says, and as --checksums says of the name that the response gave. */
import { checksumTableOf } from "../core/checksum-table.ts";
import { createVerifier, type Expected, isExpected } from "../store/verify.ts";
import type { Attempt } from "./attempt-state.ts";
import { isNameKnown, type Target, targetFile } from "./target.ts";

/** Before the request. */
export function expect(attempt: Attempt): void {
	attempt.verifier = verifierOf(attempt, attempt.task.checksums);
}

/** When the name is known, and before any byte: the names that were known before have been looked up. */
export function expectByName(attempt: Attempt, target: Target): void {
	const { task, context } = attempt;
	const { options, naming } = context;
	if (options.checksums === undefined || isNameKnown(task, naming)) return;
	const known = task.checksums ?? [];
	const more = checksumTableOf(options.checksums)
		.find(targetFile(target))
		.filter(({ algorithm, hex }) => !known.some((one) => one.algorithm === algorithm && one.hex === hex));
	if (more.length > 0) attempt.verifier = verifierOf(attempt, [...known, ...more]);
}

function verifierOf({ task, context, part }: Attempt, checksums: Expected["checksums"]): Attempt["verifier"] {
	const { sizeBytes, pieces } = task;
	const expected = { checksums, sizeBytes, pieces, sha256: context.options.sha256 };
	return isExpected(expected) ? createVerifier(expected, part) : undefined;
}
