/** Whose user name and password go with a request: those of the URL, else those of netrc. */

import type { NetrcEntry } from "../core/netrc.ts";
import { decodePercent } from "../core/percent.ts";

export type Credentials = {
	readonly user: string;
	readonly password: string;
	/** Whether the URL itself has them; those of netrc yield to an Authorization header of the user. */
	readonly isOfUrl: boolean;
};

export type Asking = {
	/** The URL that is asked now, and the listed one. */
	readonly url: URL;
	readonly listed: URL;
	readonly netrc: readonly NetrcEntry[];
};

export function credentialsFor({ url, listed, netrc }: Asking): Credentials | undefined {
	// A chain of redirects may lead back to the listed origin.
	const source = hasUserInfo(url) || url.origin !== listed.origin ? url : listed;
	const user = decodePercent(source.username);
	if (source.password !== "") return { user, password: decodePercent(source.password), isOfUrl: true };
	const entry = netrcEntry({ url, listed, netrc }, user);
	if (user !== "") return { user, password: entry?.password ?? "", isOfUrl: true };
	if (!entry) return undefined;
	return { user: entry.login ?? "", password: entry.password ?? "", isOfUrl: false };
}

/** Basic authentication (RFC 7617). */
export function basicAuthorization({ user, password }: Pick<Credentials, "user" | "password">): string {
	return `Basic ${Buffer.from(`${user}:${password}`, "utf8").toString("base64")}`;
}

/** @param user - The one whose password is wanted; empty for any. */
function netrcEntry({ url, listed, netrc }: Asking, user: string): NetrcEntry | undefined {
	const fits = ({ login, password }: NetrcEntry): boolean =>
		(login !== undefined || password !== undefined) && (user === "" || login === user);
	const isListed = url.origin === listed.origin || isUpgrade(listed, url);
	// Another port of the listed host is another origin, and may be anybody's.
	if (!isListed && url.hostname === listed.hostname) return undefined;
	const name = url.hostname.replace(/^\[|\]$/g, "");
	const named = netrc.find((entry) => entry.machine?.replace(/\.$/, "") === name && fits(entry));
	return named ?? (isListed ? netrc.find((entry) => entry.machine === undefined && fits(entry)) : undefined);
}

/** The same host, now with TLS, both at their usual ports. */
function isUpgrade(from: URL, to: URL): boolean {
	const isUsual = from.port === "" && to.port === "";
	return isUsual && from.protocol === "http:" && to.protocol === "https:" && from.hostname === to.hostname;
}

function hasUserInfo({ username, password }: URL): boolean {
	return username !== "" || password !== "";
}
