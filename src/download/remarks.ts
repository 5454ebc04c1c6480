/** What is odd about an answer although it is saved: said once a host, by whoever gathers the results. */
import { pathnameOf } from "../core/address.ts";
import { isBinaryName } from "../core/binary-names.ts";
import type { Remark } from "../core/task.ts";
import type { ResponseHead } from "../http/response-head.ts";
import type { Attempt } from "./attempt-state.ts";
import { isOwnCoding } from "./decode.ts";
import type { Target } from "./target.ts";

const page = "text/html";
/** Codings that change nothing: `aws-chunked` was undone before the object was stored. */
const nothing: ReadonlySet<string> = new Set(["", "identity", "aws-chunked"]);

/** Looks at two fields of the head alone, as each small file passes here. */
export function remarkOn(attempt: Attempt, { contentEncoding, contentType }: ResponseHead, target: Target): void {
	if (contentEncoding !== undefined && !attempt.context.decoding) {
		remarkOnCoding(attempt, { contentEncoding, contentType }, target);
	}
	if (contentType?.startsWith(page) && !attempt.typeCheck) remarkOnPage(attempt, target);
}

type Coded = { readonly contentEncoding: string; readonly contentType: string | undefined };

function remarkOnCoding(attempt: Attempt, { contentEncoding, contentType }: Coded, { name }: Target): void {
	const codings = contentEncoding
		.split(",")
		.map((coding) => coding.trim().toLowerCase().replace(/^x-/, ""))
		.filter((coding) => !nothing.has(coding));
	const [first] = codings;
	// What --compressed would leave as it is, is as it should be.
	if (first === undefined || (codings.length === 1 && isOwnCoding(attempt, first, contentType))) return;
	const { host } = attempt.address;
	const message = `${host} sent ${name} with the Content-Encoding ${contentEncoding.slice(0, 40)}: it is saved as it was sent (--compressed decodes)`;
	add(attempt, { kind: "encoded", host, message });
}

function remarkOnPage(attempt: Attempt, { name }: Target): void {
	if (!isBinaryName(name) && !isBinaryName(pathnameOf(attempt.namedBy))) return;
	const { host } = attempt.address;
	const message = `${host} sent an HTML page for ${name}: it may be a log-in or an error page (--expect-type refuses those)`;
	add(attempt, { kind: "page", host, message });
}

/** @param why - What does not fit. */
export function remarkOnPieces(attempt: Attempt, why: string): void {
	const { host } = attempt.address;
	const message = `pieces from ${host} do not fit together (${why}): its files come over one connection from now on`;
	add(attempt, { kind: "pieces", host, message });
}

export function remarkOnEnd(attempt: Attempt): void {
	const { host } = attempt.address;
	const message = `${host} tells no length and does not end TLS: what came twice with the same length is taken as whole`;
	add(attempt, { kind: "end", host, message });
}

function add(attempt: Attempt, remark: Remark): void {
	attempt.remarks = [...(attempt.remarks ?? []), remark];
}
