/** Debian's web servers, each with a folder of one test and on a free port. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { createCertificate } from "../../src/origin/certificate.ts";
import { freePort } from "../download/serve.ts";
import { skipUnless } from "../skip-unless.ts";
import { areInstalled, programFolder, startProgram } from "./real-program.ts";

export type RealServer = {
	readonly url: string;
	/** Where its files lie. */
	readonly root: string;
};

export type Setting = {
	readonly program: "nginx" | "lighttpd";
	/** A TLS version, as OpenSSL names it. */
	readonly tls?: "TLSv1.2" | "TLSv1.3";
	/** With nginx: whether it speaks HTTP/2 too. */
	readonly http2?: boolean;
	/** Requests that a connection serves. */
	readonly requests: number;
	/** With lighttpd: the algorithm of Digest, and the lines of its users in the realm `files`. */
	readonly digest?: "MD5" | "SHA-256";
	readonly users?: string;
};

const areThere = areInstalled(["nginx", "lighttpd"]);

/** Why tests with real servers are skipped here; false where they run. */
export const cannotServe: string | false = skipUnless(areThere, "Debian's nginx-light and lighttpd");

export async function startServer(context: TestContext, setting: Setting): Promise<RealServer> {
	const folder = programFolder(0o755);
	const root = join(folder, "www");
	mkdirSync(root);
	const port = await freePort();
	const { certificate, key } = await createCertificate(["127.0.0.1"]);
	writeFileSync(join(folder, "both.pem"), `${certificate}\n${key}`);
	const config = join(folder, "server.conf");
	writeFileSync(config, (setting.program === "nginx" ? nginx : lighttpd)(folder, port, setting));
	const args = setting.program === "nginx" ? ["-c", config, "-e", join(folder, "errors")] : ["-D", "-f", config];
	await startProgram(context, { program: setting.program, args, port, folder, tellsErrors: true, signal: "SIGTERM" });
	return { url: `${setting.tls ? "https" : "http"}://127.0.0.1:${port}`, root };
}

function nginx(folder: string, port: number, { tls, http2, requests }: Setting): string {
	const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
	const pem = join(folder, "both.pem");
	const secure = tls ? `ssl_certificate ${pem}; ssl_certificate_key ${pem}; ssl_protocols ${tls};` : "";
	return `daemon off; pid ${folder}/pid; error_log ${folder}/errors;
events {}
http {
	access_log off; gzip on; gzip_types *; gzip_min_length 1; keepalive_requests ${requests};
	${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(" ")}
	server { listen 127.0.0.1:${port}${tls ? " ssl" : ""}${http2 ? " http2" : ""}; ${secure} root ${folder}/www; location /slow { limit_rate 2m; } }
}`;
}

function lighttpd(folder: string, port: number, { tls, requests, digest, users }: Setting): string {
	if (users !== undefined) writeFileSync(join(folder, "users"), users);
	const login = digest
		? `server.modules += ("mod_auth", "mod_authn_file") auth.backend = "htdigest" auth.backend.htdigest.userfile = "${folder}/users"
auth.require = ("/" => ("method" => "digest", "algorithm" => "${digest}", "realm" => "files", "require" => "valid-user"))`
		: "";
	const secure = tls
		? `server.modules += ("mod_openssl") ssl.engine = "enable" ssl.pemfile = "${folder}/both.pem" ssl.openssl.ssl-conf-cmd = ("MinProtocol" => "${tls}", "MaxProtocol" => "${tls}")`
		: "";
	return `server.document-root = "${folder}/www"
server.port = ${port}
server.bind = "127.0.0.1"
server.errorlog = "${folder}/errors"
server.max-keep-alive-requests = ${requests}
mimetype.assign = ("" => "text/plain")
${secure}
${login}
$HTTP["url"] =~ "^/slow" { connection.kbytes-per-second = 2048 }
`;
}
