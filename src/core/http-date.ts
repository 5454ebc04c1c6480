/** Dates of HTTP header fields: the three forms of RFC 9110, 5.6.7, all of them in UTC, and nothing else. */

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Such as `Sun, 06 Nov 1994 08:49:37 GMT`: what every server of today sends. */
const usual = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/;
/** Such as `Sunday, 06-Nov-94 08:49:37 GMT`. */
const rfc850 = /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (\d\d)-([A-Z][a-z]{2})-(\d\d) (\d\d):(\d\d):(\d\d) GMT$/;
/** Such as `Sun Nov  6 08:49:37 1994`. */
const asctime = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4})$/;

/** Files of one server often share their date, and reading one costs more than a microsecond. */
let lastText = "";
let lastSeconds: number | undefined;

/** Seconds since 1970; undefined where the text is no HTTP date. */
export function parseHttpDate(text: string | undefined): number | undefined {
	if (text === undefined) return undefined;
	if (text !== lastText) {
		lastSeconds = read(text);
		lastText = text;
	}
	return lastSeconds;
}

function read(text: string): number | undefined {
	let match = usual.exec(text);
	if (match) {
		const [, day, month, year, ...time] = match;
		return seconds({ year: Number(year), month, day, time });
	}
	match = rfc850.exec(text);
	if (match) {
		const [, day, month, year, ...time] = match;
		return seconds({ year: fullYear(Number(year)), month, day, time });
	}
	match = asctime.exec(text);
	if (!match) return undefined;
	const [, month, day, hours, minutes, secs, year] = match;
	return seconds({ year: Number(year), month, day, time: [hours, minutes, secs] });
}

/** A year of two digits that seems to lie more than 50 years ahead is of the century before (RFC 9110, 5.6.7). */
function fullYear(year: number): number {
	const now = new Date().getUTCFullYear();
	const guess = now - (now % 100) + year;
	return guess > now + 50 ? guess - 100 : guess;
}

type Pieces = {
	readonly year: number;
	readonly month: string | undefined;
	readonly day: string | undefined;
	readonly time: readonly (string | undefined)[];
};

function seconds({ year, month, day, time }: Pieces): number | undefined {
	const index = months.indexOf(month ?? "");
	const days = Number(day);
	const [hours = 0, minutes = 0, secs = 0] = time.map(Number);
	// A leap second is a valid date.
	if (index < 0 || hours > 23 || minutes > 59 || secs > 60) return undefined;
	const date = new Date(0);
	date.setUTCFullYear(year, index, days);
	// Such as the 31st of February.
	if (date.getUTCDate() !== days) return undefined;
	return date.getTime() / 1000 + hours * 3600 + minutes * 60 + secs;
}
