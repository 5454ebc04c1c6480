/** Outcomes as lines of results.jsonl. */
import type { Outcome } from "../core/outcome.ts";
import { publicText, publicUrl } from "../core/public-url.ts";
import { escapeJson } from "./escape.ts";

/** One JSON object with the keys in their documented order, its line end included. */
export function resultLine(outcome: Outcome): string {
	const { line, list, status, file, bytes, httpStatus, attempts, ms, method, worker, sha256, error } = outcome;
	// As `JSON.stringify` of an object, which takes twice as long.
	const place = list === undefined ? "" : `"list":${JSON.stringify(list)},`;
	const name = file === null ? "null" : JSON.stringify(file);
	const facts = `"bytes":${bytes},"httpStatus":${httpStatus},"attempts":${attempts},"ms":${ms},"method":"${method}","worker":${worker}`;
	const digest = sha256 === undefined ? "" : `,"sha256":"${sha256}"`;
	const reason = error ? `,"error":${JSON.stringify({ code: error.code, message: publicText(error.message) })}` : "";
	const url = JSON.stringify(publicUrl(outcome.url));
	const json = `{"line":${line},${place}"url":${url},"status":"${status}","file":${name},${facts}${digest}${reason}}`;
	return `${escapeJson(json)}\n`;
}
