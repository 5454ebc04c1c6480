/** Names a run: `20261121T100000Z-ab12cd`, which sorts by time. */
import { randomBytes } from "node:crypto";

export function createRunId(now: Date): string {
	const time = `${now.toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
	return `${time}-${randomBytes(3).toString("hex")}`;
}
