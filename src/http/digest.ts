/** Digest authentication (RFC 7616): MD5 and SHA-256, with the protection `auth` or that of RFC 2069. */
import { createHash, randomBytes } from "node:crypto";
import type { Challenge } from "./challenges.ts";
import type { Credentials } from "./credentials.ts";

/** What a server wants to see answered. */
export type DigestChallenge = {
	readonly realm: string;
	readonly nonce: string;
	readonly opaque: string | undefined;
	/** As the server writes it; absent where it names none. */
	readonly algorithm: string | undefined;
	readonly hash: "md5" | "sha256";
	readonly isSession: boolean;
	readonly hasQop: boolean;
	readonly hashesUser: boolean;
	/** The nonce was too old, the password may be right. */
	readonly isStale: boolean;
};

export type DigestRequest = { readonly method: string; readonly path: string };

/** The strongest challenge that can be answered. */
export function digestOf(challenges: readonly Challenge[]): DigestChallenge | undefined {
	const usable = challenges.map(readChallenge).filter((one) => one !== undefined);
	return usable.find(({ hash }) => hash === "sha256") ?? usable[0];
}

function readChallenge({ scheme, parameters }: Challenge): DigestChallenge | undefined {
	const nonce = parameters.get("nonce");
	if (scheme !== "digest" || nonce === undefined) return undefined;
	const algorithm = parameters.get("algorithm");
	const [, name, session] = /^(md5|sha-256)(-sess)?$/i.exec(algorithm ?? "md5") ?? [];
	const qop = parameters
		.get("qop")
		?.toLowerCase()
		.split(/[\s,]+/);
	if (name === undefined || (qop && !qop.includes("auth"))) return undefined;
	return {
		realm: parameters.get("realm") ?? "",
		nonce,
		opaque: parameters.get("opaque"),
		algorithm,
		hash: name.toLowerCase() === "md5" ? "md5" : "sha256",
		isSession: session !== undefined,
		hasQop: qop !== undefined,
		hashesUser: parameters.get("userhash")?.toLowerCase() === "true",
		isStale: parameters.get("stale")?.toLowerCase() === "true",
	};
}

/**
 * The Authorization field, one character for each byte.
 * @param count - How often the nonce was used, this time included.
 */
export function digestAuthorization(
	challenge: DigestChallenge,
	{ user, password }: Pick<Credentials, "user" | "password">,
	{ method, path, count }: DigestRequest & { readonly count: number },
	clientNonce: string = randomBytes(16).toString("hex"),
): string {
	const { realm, nonce, opaque, algorithm, isSession, hasQop, hashesUser } = challenge;
	// What came from the server is bytes already, what the user typed becomes UTF-8.
	const digest = (text: string): string => createHash(challenge.hash).update(text, "latin1").digest("hex");
	const [userBytes, passwordBytes] = [asBytes(user), asBytes(password)];
	const times = count.toString(16).padStart(8, "0");
	const secret = digest(`${userBytes}:${realm}:${passwordBytes}`);
	const first = isSession ? digest(`${secret}:${nonce}:${clientNonce}`) : secret;
	const second = digest(`${method}:${path}`);
	const middle = hasQop ? `${nonce}:${times}:${clientNonce}:auth` : nonce;
	const fields = [
		`username=${quoted(hashesUser ? digest(`${userBytes}:${realm}`) : userBytes)}`,
		`realm=${quoted(realm)}`,
		`nonce=${quoted(nonce)}`,
		`uri=${quoted(path)}`,
		`response="${digest(`${first}:${middle}:${second}`)}"`,
		...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
		...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
		...(hasQop ? ["qop=auth", `nc=${times}`] : []),
		...(hasQop || isSession ? [`cnonce="${clientNonce}"`] : []),
		...(hashesUser ? ["userhash=true"] : []),
	];
	return `Digest ${fields.join(", ")}`;
}

function quoted(text: string): string {
	return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

function asBytes(text: string): string {
	return Buffer.from(text, "utf8").toString("latin1");
}
