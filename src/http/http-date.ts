/** Dates of HTTP header fields (RFC 9110, 5.6.7). */

/** Files of one server often share their date, and reading one costs more than a microsecond. */
let lastText = "";
let lastSeconds: number | undefined;

/** Seconds since 1970; undefined where the field is no date. */
export function parseHttpDate(text: string | undefined): number | undefined {
	if (text === undefined) return undefined;
	if (text === lastText) return lastSeconds;
	const ms = Date.parse(text);
	lastText = text;
	lastSeconds = Number.isNaN(ms) ? undefined : ms / 1000;
	return lastSeconds;
}
