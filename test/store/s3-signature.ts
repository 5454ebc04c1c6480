/** Checks the signature of a request as an S3 store does (AWS Signature Version 4), by nothing that the program uses. */
import { createHash, createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";

const pattern =
	/^AWS4-HMAC-SHA256 Credential=[^/]+\/(\d{8})\/([^/]+)\/(s3)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/** Whether it was signed with that secret, session token included. */
export function isSigned({ method, url = "", headers }: IncomingMessage, secret: string): boolean {
	const [, day = "", region = "", service = "", names = "", signature] =
		pattern.exec(headers.authorization ?? "") ?? [];
	const signed = names.split(";");
	// What a store goes by must not be changed on the way.
	const due = Object.keys(headers).filter(
		(name) => name.startsWith("x-amz-") || name === "host" || name === "if-none-match",
	);
	if (!due.every((name) => signed.includes(name))) return false;
	const [path, query = ""] = url.split("?", 2);
	const pairs = query
		.split("&")
		.filter(Boolean)
		.map((pair) => (pair.includes("=") ? pair : `${pair}=`));
	const fields = signed.map((name) => `${name}:${String(headers[name]).trim().replace(/ +/g, " ")}\n`);
	const lines = [method, path, pairs.sort().join("&"), fields.join(""), names, headers["x-amz-content-sha256"]];
	const scope = `${day}/${region}/${service}/aws4_request`;
	const digest = createHash("sha256").update(lines.join("\n")).digest("hex");
	const text = ["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, digest].join("\n");
	const keys = [day, region, service, "aws4_request"];
	const key = keys.reduce<string | Buffer>(
		(one, next) => createHmac("sha256", one).update(next).digest(),
		`AWS4${secret}`,
	);
	return createHmac("sha256", key).update(text).digest("hex") === signature;
}
