/** Whatever reads the text of a server or of a list takes a time that grows with its length alone: each gets 1 MB of its worst. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runInThisContext } from "node:vm";
import { addressOf } from "../../src/core/address.ts";
import { parseChecksum } from "../../src/core/checksum.ts";
import { parseChecksumLine } from "../../src/core/checksum-lines.ts";
import { describe, firstLine } from "../../src/core/describe-error.ts";
import { parseInstanceDigest } from "../../src/core/digest-fields.ts";
import type { Entry } from "../../src/core/entry.ts";
import { parseEntryRange } from "../../src/core/entry-range.ts";
import { parseHttpDate } from "../../src/core/http-date.ts";
import { parseLinks } from "../../src/core/link-field.ts";
import {
	folderOf,
	nameFromContentDisposition,
	nameFromPath,
	numberedName,
	safeName,
	safeOutPath,
	withExtension,
} from "../../src/core/naming.ts";
import type { Outcome } from "../../src/core/outcome.ts";
import { parseHeader } from "../../src/core/parse-header.ts";
import { publicMessage, publicUrl } from "../../src/core/public-url.ts";
import { parseContentRange } from "../../src/core/ranges.ts";
import { parseRetryAfter } from "../../src/core/retry.ts";
import { brokenFailure, connectFailure, tlsFailure } from "../../src/http/classify-network-error.ts";
import { cookieHeader, storeCookies } from "../../src/http/cookies.ts";
import { redirectTarget } from "../../src/http/redirect.ts";
import { requestHeaders } from "../../src/http/request-headers.ts";
import { parseHead } from "../../src/http/response-head.ts";
import { findColumns } from "../../src/list/columns.ts";
import { looksLike, readName } from "../../src/list/format.ts";
import { parseGlob } from "../../src/list/glob.ts";
import { lineSplitter } from "../../src/list/lines.ts";
import { textEntries } from "../../src/list/text-entries.ts";
import { createUrlReader } from "../../src/list/url-reader.ts";
import { escapeControls, escapeJson } from "../../src/report/escape.ts";
import { failedEntry } from "../../src/report/failed-entry.ts";
import { logLine } from "../../src/report/log-line.ts";
import { plain } from "../../src/report/paint.ts";
import { downloadLine } from "../../src/report/progress-layout.ts";
import { createNotices } from "../../src/report/progress-output.ts";
import { resultLine } from "../../src/report/result-line.ts";
import { outcomeOf } from "../../src/run/outcome-of.ts";

const size = 1_000_000;
/** What is linear takes some milliseconds, a second or more on a machine that is busy; what is quadratic takes minutes. */
const longestMs = 20_000;

function times(text: string): string {
	return text.repeat(Math.ceil(size / text.length)).slice(0, size);
}

/** Texts that make one expression or another go over them again and again. */
const worst: readonly string[] = [
	...[
		"a.",
		"a",
		"1",
		" ",
		"\t",
		"\ufeff",
		".",
		"@",
		"=",
		";",
		'\\"',
		"://",
		"a://b@",
		"a@",
		"\u0301\u0323",
		"ü.",
		"%c3%bc",
	],
].map(times);
/** What stands around them, which makes them nearly right for somebody. */
const around: readonly (readonly [before: string, after: string])[] = [
	["a", "@"],
	["http://a/", "a"],
];

function entryOf(text: string): Entry {
	return { line: 1, urls: [text, text], out: text, dir: text, checksums: [text], headers: [["X", text]] };
}

function outcomeFor(text: string): Outcome {
	const failure = { code: "io", message: text, transient: false } as const;
	const worker = { model: "async", number: 0 } as const;
	return outcomeOf({ entry: entryOf(text), worker, attempts: 1, ms: 1, how: { status: "failed", failure } });
}

const url = new URL("http://a.example/b");

type Reader = (text: string) => unknown;
/** By their names, for the message. */
const readers: Readonly<Record<string, Reader>> = {
	publicUrl,
	publicMessage,
	parseHeader,
	firstLine,
	describe: (text) => describe(new Error(text)),
	nameFromContentDisposition,
	nameFromPath,
	safeName: (text) => safeName(text, { fromOut: false }),
	numberedName: (text) => numberedName(text, 1),
	safeOutPath: (text) => safeOutPath(text, text),
	withExtension: (text) => withExtension("a", text, () => undefined),
	parseChecksum,
	parseChecksumLine,
	parseEntryRange,
	parseGlob: (text) => {
		const glob = parseGlob(text);
		return typeof glob === "string" ? glob : glob.at(0);
	},
	globs: (text) => parseGlob(`{${text}}`.repeat(2)),
	urlReader: (text) => createUrlReader({ warn() {} })(text),
	base: (text) => createUrlReader({ base: "http://a/", warn() {} })(text),
	readName,
	looksLike: (text) => looksLike(Buffer.from(text)),
	findColumns: (text) => {
		try {
			return findColumns([text, "url"], { warn: () => undefined });
		} catch (error) {
			return error;
		}
	},
	parseContentRange,
	parseRetryAfter: (text) => parseRetryAfter(text, 0),
	// Longer ones are not read.
	parseLinks: (text) => parseLinks(text.slice(0, 64 * 1024)),
	linkParameters: (text) => parseLinks(`<a>;${text.slice(0, 60 * 1024)}`),
	linkValue: (text) => parseLinks(`<a>;b="${text.slice(0, 60 * 1024)}`),
	parseInstanceDigest,
	parseHttpDate,
	redirectTarget: (text) => {
		const target = redirectTarget(text, url);
		return "code" in target ? target : folderOf(target, "path") + addressOf(target.href).path;
	},
	brokenFailure: (text) => brokenFailure(new Error(text), "a", false),
	connectFailure: (text) => connectFailure(new Error(text), "a", 1),
	tlsFailure: (text) => tlsFailure(Object.assign(new Error(text), { code: "EPROTO" }), "a"),
	parseHead: (text) => {
		const head = parseHead(`HTTP/1.1 200 OK\r\n${text}`);
		return typeof head === "string" ? head : head.field("x");
	},
	requestHeaders: (text) => requestHeaders({ general: [["A", text]], listed: url, url, cookie: text }),
	lineSplitter: (text) => {
		const lines = lineSplitter(() => {}, text.length);
		lines.push(Buffer.from(text));
		lines.end();
	},
	textEntries: (text) => {
		const entries = textEntries({ warn() {}, readUrl: createUrlReader({ warn() {} }) });
		for (const line of ["http://a/", text, ` ${text}`, ` out=${text}`]) entries.line(line, false);
		return entries.takeAll();
	},
	escapeControls,
	escapeJson,
	failedEntry: (text) => failedEntry(entryOf(text), outcomeFor(text)),
	logLine: (text) =>
		logLine({ type: "ended", entry: entryOf(text), outcome: outcomeFor(text) }, { model: "async", number: 0 }, ""),
	resultLine: (text) => resultLine(outcomeFor(text)),
	downloadLine: (text) =>
		downloadLine(
			{ url: text, startedMs: 0, bytes: 1, totalBytes: 2, bytesPerSecond: 1 },
			{ columns: 80, paint: plain },
		),
	notice: (text) => createNotices(1, plain)({ type: "ended", entry: entryOf(text), outcome: outcomeFor(text) }),
};

/** What is nearly right for one reader alone. */
const nearly: readonly (readonly [name: string, before: string, repeated: string, after: string])[] = [
	["publicMessage", "", "1", ""],
	["safeName", "", "\u0301\u0323", ""],
	["publicUrl", "http://user:", "a", "@host/"],
	["publicMessage", "see http://user:", "a", " "],
	["parseHeader", "Name: x", " ", "x"],
	["nameFromContentDisposition", "attachment; filename=", "a", ";"],
	["nameFromContentDisposition", 'attachment; filename="', "a", ""],
	["nameFromContentDisposition", "attachment; filename*=UTF-8''", "%c3%bc", ""],
	["nameFromContentDisposition", "", ";filename=", ""],
	["nameFromContentDisposition", "", ';filename="', ""],
	["nameFromContentDisposition", "attachment;", " ", "filename"],
	["parseChecksum", "sha-256=", "a", "!"],
	["parseChecksum", "sha256-", "a", "!"],
	["parseChecksum", "", "sha256-", ""],
	["parseContentRange", "bytes ", "1", "/*"],
	["parseContentRange", "bytes", " ", "0-1/2x"],
	["parseRetryAfter", "Mon,", " ", "GMT"],
	["parseHttpDate", "Mon, 01 Jan 2001 00:00:00", " ", "GMT x"],
	["redirectTarget", "http://", "a.", "/"],
	["redirectTarget", "http://", "ü", "/"],
	["redirectTarget", "", "../", ""],
	["safeOutPath", "", "a/../", ""],
	["safeOutPath", "", "con.", ""],
	["tlsFailure", "", "error:1:", ""],
	["parseHead", "", "a\n", ""],
	["parseHead", "", "a:\n", ""],
	["parseHead", "a: b", "\r\n ", ""],
	["parseHead", "a: b", "\r", "\n c"],
	["parseHead", "Content-Length: ", "1,", ""],
	["parseHead", "Connection: ", "a, ", ""],
	["downloadLine", "http://", "\x1b[1;", ""],
	["downloadLine", "http://", "\x1b]8;;", ""],
];

/** V8 ends what runs for too long, within a regular expression too: what is quadratic fails instead of hanging. */
function within(read: Reader, text: string): void {
	Object.assign(globalThis, { readWorstText: () => read(text) });
	runInThisContext("readWorstText()", { timeout: longestMs });
}

for (const [name, read] of Object.entries(readers)) {
	test(`${name} takes a time that grows with the text alone`, () => {
		for (const text of worst) for (const [before, after] of around) within(read, before + text + after);
		for (const [, before, repeated, after] of nearly.filter(([one]) => one === name))
			within(read, before + times(repeated) + after);
	});
}

test("a cookie takes a time that grows with its text alone", async () => {
	for (const text of worst) {
		for (const before of ["", "id=", "id=a; Path="]) {
			const startedMs = performance.now();
			const cookies = await storeCookies(undefined, url, [before + text]);
			cookieHeader(cookies, url);
			assert(performance.now() - startedMs < longestMs, before + text.slice(0, 20));
		}
	}
});
