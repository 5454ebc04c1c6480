/** Reads what the page asks of the run. */
import type { ControlEvent } from "../core/control.ts";

const mostLevel = 10_000;
const longestHost = 300;

/** Nothing where it is no such request. */
export function readControl(body: string): ControlEvent | undefined {
	const asked = parse(body);
	if (asked === undefined || !("type" in asked)) return undefined;
	if (asked.type === "pause" || asked.type === "resume") return { type: asked.type };
	if (!("host" in asked) || typeof asked.host !== "string") return undefined;
	const { type, host } = asked;
	if (host === "" || host.length > longestHost) return undefined;
	if (type === "pause-host" || type === "resume-host") return { type, host };
	if (type !== "set-host-level" || !("level" in asked)) return undefined;
	const { level } = asked;
	if (level === null) return { type, host, level };
	return typeof level === "number" && Number.isInteger(level) && level >= 1 && level <= mostLevel
		? { type, host, level }
		: undefined;
}

function parse(body: string): object | undefined {
	try {
		const value: unknown = JSON.parse(body);
		return typeof value === "object" && value !== null ? value : undefined;
	} catch {
		return undefined;
	}
}
