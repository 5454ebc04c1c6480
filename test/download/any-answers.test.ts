/** Whatever a server answers one after the other, versions and codings changing in between: a file is one of them, as a whole. */
import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { test } from "node:test";
import fc from "fast-check";
import { byLine, contentOf, filesIn, runList } from "../run/run-list.ts";
import { bytesOf } from "./cut-bodies.ts";
import { serve } from "./serve.ts";

const sizeBytes = 3000;
const versions = ["a", "b"] as const;
const dates = { a: "Wed, 21 Oct 2015 07:28:00 GMT", b: "Thu, 22 Oct 2015 07:28:00 GMT" } as const;
/** By version, as it is and encoded; the encoded one has the same names. */
const bodies = {
	a: bytesOf("a", sizeBytes),
	b: bytesOf("b", sizeBytes),
	A: bytesOf("A", sizeBytes),
	B: bytesOf("B", sizeBytes),
};
const wholes: readonly string[] = Object.values(bodies).map(String);

type Answer = {
	readonly version: (typeof versions)[number];
	readonly isEncoded: boolean;
	readonly names: "etag" | "weak" | "date" | "both" | "none";
	readonly tellsLength: boolean;
	/** What becomes of a range; `as-asked` heeds If-Range, the others do not. */
	readonly range: "as-asked" | "always" | "ignored" | "elsewhere" | "shorter" | "under-200" | "refused" | "busy";
	/** Share of the body after which the connection breaks. */
	readonly cutAt: number | undefined;
};

const answers: fc.Arbitrary<Answer> = fc.record({
	version: fc.constantFrom(...versions),
	isEncoded: fc.boolean(),
	names: fc.constantFrom("etag", "etag", "weak", "date", "both", "none"),
	tellsLength: fc.boolean(),
	range: fc.constantFrom(
		"as-asked",
		"as-asked",
		"always",
		"ignored",
		"elsewhere",
		"shorter",
		"under-200",
		"refused",
		"busy",
	),
	cutAt: fc.option(fc.double({ min: 0, max: 0.99, noNaN: true }), { freq: 4, nil: undefined }),
});
const last: Answer = {
	version: "b",
	isEncoded: false,
	names: "etag",
	tellsLength: true,
	range: "as-asked",
	cutAt: undefined,
};

/** Who heeds no If-Range names a version at least: else nobody could tell. */
function namesOf({ names: wanted, version, range }: Answer): Record<string, string> {
	const names = wanted === "none" && (range === "always" || range === "under-200") ? "etag" : wanted;
	const etag = { etag: `"${version}"` };
	const date = { "last-modified": dates[version] };
	if (names === "none") return {};
	if (names === "weak") return { etag: 'W/"any"', ...date };
	return { ...(names !== "date" && etag), ...(names !== "etag" && date) };
}

/** The status of an answer, and the places that it brings. */
function placesOf(
	{ range, version }: Answer,
	{ headers }: IncomingMessage,
): [status: number, from: number, to: number] {
	const asked = /^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1];
	const from = Number(asked);
	const ifRange = headers["if-range"];
	const isSame = ifRange === `"${version}"` || ifRange === dates[version];
	if (asked === undefined || range === "ignored" || (range === "as-asked" && !isSame)) return [200, 0, sizeBytes];
	if (range === "elsewhere") return [206, Math.max(0, from - 7), sizeBytes];
	if (range === "shorter") return [206, from, Math.max(from + 1, sizeBytes - 5)];
	return [range === "under-200" ? 200 : 206, from, sizeBytes];
}

function send(answer: Answer, request: IncomingMessage, response: ServerResponse): void {
	const { version, isEncoded, range, tellsLength, cutAt } = answer;
	if (request.headers.range !== undefined && (range === "refused" || range === "busy")) {
		return void response.writeHead(range === "busy" ? 503 : 416).end();
	}
	const [status, from, to] = placesOf(answer, request);
	const body = (isEncoded ? bodies[version === "a" ? "A" : "B"] : bodies[version]).subarray(from, to);
	response.writeHead(status, {
		...namesOf(answer),
		...(isEncoded && { "content-encoding": "gzip" }),
		...((status === 206 || to - from < sizeBytes) && { "content-range": `bytes ${from}-${to - 1}/${sizeBytes}` }),
		...(tellsLength && { "content-length": body.length }),
	});
	if (cutAt === undefined) return void response.end(body);
	response.write(body.subarray(0, 1 + Math.floor(cutAt * (body.length - 1))), () =>
		setTimeout(() => response.destroy(), 5),
	);
}

test("a file is one of the versions that the server had, whatever it answers", async (context) => {
	let scripts: readonly (readonly Answer[])[] = [];
	let asked: number[] = [];
	const { url, requests } = await serve(context, (request, response) => {
		const n = Number(request.url?.slice(1));
		const nth = asked[n] ?? 0;
		asked[n] = nth + 1;
		send(scripts[n]?.[nth] ?? last, request, response);
	});
	let saved = 0;
	const check = async (chosen: readonly (readonly Answer[])[]): Promise<void> => {
		scripts = chosen;
		asked = [];
		const list = scripts.map((_, n) => `${url}/${n}`).join("\n");
		const options = { retries: 8, retryBaseMs: 1, retryMaxWaitMs: 5, concurrency: 32, perHost: 32 };
		const { outcomes, dir } = await runList(context, list, { options });
		for (const { status, file, error } of byLine(outcomes)) {
			if (status === "failed") assert.match(error?.code ?? "", /^(protocol|http_(416|503))$/);
			else assert(wholes.includes(contentOf(dir, file ?? "")), `${file} is none of them`);
		}
		const count = outcomes.filter(({ status }) => status === "saved").length;
		assert.equal(filesIn(dir).length, count);
		saved += count;
	};
	const property = fc.asyncProperty(
		fc.array(fc.array(answers, { minLength: 1, maxLength: 5 }), { minLength: 20, maxLength: 40 }),
		check,
	);
	await fc.assert(property, { numRuns: 15, endOnFailure: true });
	// Else it tells nothing.
	assert(saved > 100 && requests.some(({ headers }) => headers["if-range"] !== undefined));
});
