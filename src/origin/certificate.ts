/** A self-signed certificate for the addresses of an origin, made anew at each start. */
import { isIP } from "node:net";

/** PEM texts. */
export type Certificate = { readonly certificate: string; readonly key: string };

const validMs = 30 * 86_400_000;

/** Makes a certificate for localhost and these hosts; the library is loaded only here, as most origins speak plain HTTP. */
export async function createCertificate(hosts: readonly string[]): Promise<Certificate> {
	const { generate } = await import("selfsigned");
	const addresses = hosts.filter((host) => isIP(host) !== 0).map((ip) => ({ type: 7 as const, ip }));
	const names = ["localhost", ...hosts.filter((host) => isIP(host) === 0 && host !== "localhost")];
	const made = await generate([{ name: "commonName", value: "downspout lab origin" }], {
		keyType: "ec",
		curve: "P-256",
		algorithm: "sha256",
		notAfterDate: new Date(Date.now() + validMs),
		extensions: [
			{ name: "basicConstraints", cA: true, critical: true },
			{
				name: "subjectAltName",
				altNames: [...names.map((value) => ({ type: 2 as const, value })), ...addresses],
			},
		],
	});
	return { certificate: made.cert, key: made.private };
}
