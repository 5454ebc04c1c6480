/** Outcomes as lines of results.jsonl. */
import type { Outcome } from "../core/outcome.ts";
import { publicText, publicUrl } from "../core/public-url.ts";
import { escapeJson } from "./escape.ts";

/** One JSON object with the keys in their documented order, its line end included. */
export function resultLine(outcome: Outcome): string {
	const { line, list, status, file, bytes, httpStatus, attempts, ms, method, worker, sha256 } = outcome;
	const url = publicUrl(outcome.url);
	const error = outcome.error && { code: outcome.error.code, message: publicText(outcome.error.message) };
	const result = { line, list, url, status, file, bytes, httpStatus, attempts, ms, method, worker, sha256, error };
	return `${escapeJson(JSON.stringify(result))}\n`;
}
