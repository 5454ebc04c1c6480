/** Who is answered: requests that name this server as their host, and for the data those that know the token. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** A page of another site that has its own name point here (DNS rebinding) names that one. */
export function namesUs(host: string | undefined, port: number): boolean {
	const [name, rest] = /^(127\.0\.0\.1|localhost)(?::(\d+))?$/i.exec(host ?? "")?.slice(1) ?? [];
	return name !== undefined && Number(rest ?? 80) === port;
}

/** From the Authorization header, or from the query, as an EventSource cannot send headers. */
export function hasToken({ headers }: IncomingMessage, url: URL, token: string): boolean {
	const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1];
	return [bearer, url.searchParams.get("token")].some((given) => typeof given === "string" && isSame(given, token));
}

function isSame(given: string, token: string): boolean {
	const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
	return timingSafeEqual(digest(given), digest(token));
}
