/** What answers of a store say: of objects, of what was refused, and whether something was stored at all. */
import type { WireAnswer } from "./s3-wire.ts";

/** What an answer tells of an object. */
export type ObjectFacts = {
	readonly etag: string | undefined;
	readonly bytes: number | undefined;
	readonly metadata: Readonly<Record<string, string>>;
};

export function factsOf({ head }: WireAnswer): ObjectFacts {
	const metadata: Record<string, string> = {};
	let etag: string | undefined;
	let bytes: number | undefined;
	for (const [field, value] of fieldsIn(head)) {
		if (field === "etag") etag = value;
		else if (field === "content-length") bytes = Number(value);
		else if (field.startsWith("x-amz-meta-")) metadata[field.slice("x-amz-meta-".length)] = value;
	}
	return { etag, bytes, metadata };
}

/** The fields of a head, in lower case. */
function* fieldsIn(head: string): Generator<readonly [string, string]> {
	for (const [, name = "", value = ""] of head.matchAll(/^([^:\r\n]+):[ \t]*([^\r\n]*?)[ \t]*\r?$/gm)) {
		yield [name.toLowerCase(), value];
	}
}

/** As the SDK throws it. */
export function refusal({ status, head, text }: WireAnswer): Error {
	const field = (name: string): string | undefined => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
	const error = new Error(field("Message") ?? "");
	error.name = field("Code") ?? (status === 404 ? "NotFound" : "UnknownError");
	const headers = Object.fromEntries(fieldsIn(head));
	const where = { Region: field("Region"), Endpoint: field("Endpoint") };
	return Object.assign(error, { $metadata: { httpStatusCode: status }, $response: { headers }, ...where });
}

/** What the SDK makes of an error that comes with status 200. */
const hiddenStatus = 503;

/**
 * A status of 200 alone does not say that bytes are stored: a store may find out later that it cannot, and what stands
 * between may answer with a page. Stores of other kinds send no ETag, but no text either.
 * @throws {Error} they are not, as far as the answer tells.
 */
export function expectTaken(answer: WireAnswer): void {
	if (/<Error>[\s\S]*<Code>/.test(answer.text)) throw refusal({ ...answer, status: hiddenStatus });
	if (answer.text.trim() !== "") expectStore(factsOf(answer).etag);
}

/** @param proof - What every store answers. @throws {Error} it is not there: no store has answered. One may the next time. */
export function expectStore(proof: string | undefined): void {
	if (proof === undefined) throw new Error("the answer is not that of an S3 store: nothing was stored");
}
