/** What an attempt's bytes must be: as the list says, as --checksums says of the name that the response gave, and as the server itself says. */
import type { Checksum } from "../core/checksum.ts";
import { checksumTableOf } from "../core/checksum-table.ts";
import { parseDigestField } from "../core/digest-fields.ts";
import type { ResponseHead } from "../http/response-head.ts";
import { createVerifier, type Expected, type ExpectedChecksum, isExpected, type Verifier } from "../store/verify.ts";
import type { Attempt } from "./attempt-state.ts";
import { isNameKnown, type Target, targetFile } from "./target.ts";

/** Before the request. */
export function expect(attempt: Attempt): void {
	attempt.verifier = verifierOf(attempt, attempt.task.checksums);
}

export type AnswerFacts = {
	readonly target: Target;
	readonly head: ResponseHead;
	/** Whether other bytes are saved than those that were sent. */
	readonly isChanged: boolean;
};

/** When the head is here, and before any byte of the body. */
export function expectFromHead(attempt: Attempt, { target, head, isChanged }: AnswerFacts): void {
	const { task } = attempt;
	const known = task.checksums ?? [];
	const isPart = head.status === 206;
	const tellsFile = !isChanged && task.range === undefined;
	const content = tellsFile ? serverDigests(head.contentDigest, "Content-Digest") : [];
	const repr = tellsFile ? serverDigests(head.reprDigest, "Repr-Digest") : [];
	const more = [...byName(attempt, target), ...repr, ...(isPart ? [] : content)];
	const unknown = more.filter(
		({ algorithm, hex }) => !known.some((one) => one.algorithm === algorithm && one.hex === hex),
	);
	if (unknown.length > 0) attempt.verifier = verifierOf(attempt, [...known, ...unknown]);
	if (isPart && content.length > 0) {
		attempt.verifier = joinVerifiers(attempt.verifier, createVerifier({ checksums: content }, undefined));
	}
}

/** What --checksums says of a name that only the answer tells: the names that were known before have been looked up. */
function byName({ task, context }: Attempt, target: Target): readonly Checksum[] {
	const { options, naming } = context;
	if (options.checksums === undefined || isNameKnown(task, naming)) return [];
	return checksumTableOf(options.checksums).find(targetFile(target));
}

function serverDigests(value: string | undefined, source: string): readonly ExpectedChecksum[] {
	return parseDigestField(value).map((checksum) => ({ ...checksum, source }));
}

/** Of the whole file, and of the bytes that this answer brings alone. */
function joinVerifiers(whole: Verifier | undefined, brought: Verifier): Verifier {
	let isCut = false;
	return {
		update(chunk) {
			whole?.update(chunk);
			brought.update(chunk);
		},
		restart() {
			whole?.restart();
			brought.restart();
		},
		grow(prefixBytes) {
			// That answer is not read to its end.
			isCut = true;
			whole?.grow(prefixBytes);
		},
		wrongPieces: () => whole?.wrongPieces() ?? [],
		verify: async () => (isCut ? undefined : await brought.verify()) ?? (await whole?.verify()),
		sha256: () => whole?.sha256(),
	};
}

function verifierOf({ task, context, part }: Attempt, checksums: Expected["checksums"]): Attempt["verifier"] {
	const { sizeBytes, pieces } = task;
	const expected = { checksums, sizeBytes, pieces, sha256: context.options.sha256 };
	return isExpected(expected) ? createVerifier(expected, part) : undefined;
}
