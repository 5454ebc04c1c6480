/** Outcomes as lines of results.jsonl. */
import { jsonText } from "../core/json-text.ts";
import type { Outcome } from "../core/outcome.ts";
import { publicMessage, publicUrl } from "../core/public-url.ts";
import { escapeJson } from "./escape.ts";

/**
 * One JSON object with the keys in their documented order, its line end included.
 * Put together by hand, as this happens once a file.
 */
export function resultLine(outcome: Outcome): string {
	const {
		line,
		list,
		status,
		file,
		bytes,
		httpStatus,
		attempts,
		ms,
		method,
		worker,
		sha256,
		error,
		finalUrl,
		contentType,
	} = outcome;
	let text = `{"line":${line},`;
	if (list !== undefined) text += `"list":${quote(list)},`;
	text += `"url":${quote(publicUrl(outcome.url))},"status":"${status}","file":${file === null ? "null" : quote(file)},"bytes":${bytes},"httpStatus":${httpStatus},"attempts":${attempts},"ms":${ms},"method":"${method}","worker":${worker}`;
	if (sha256 !== undefined) text += `,"sha256":${quote(sha256)}`;
	if (finalUrl !== undefined) text += `,"finalUrl":${quote(publicUrl(finalUrl))}`;
	if (contentType !== undefined) text += `,"contentType":${quote(contentType)}`;
	if (error) text += `,"error":{"code":${quote(error.code)},"message":${quote(publicMessage(error.message))}}`;
	return `${text}}\n`;
}

function quote(text: string): string {
	return escapeJson(jsonText(text));
}
