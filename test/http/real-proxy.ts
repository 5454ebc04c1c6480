/** Debian's proxies, each with a folder of one test and on a free port of loopback. */
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { createCertificate } from "../../src/origin/certificate.ts";
import { freePort } from "../download/serve.ts";
import { skipUnless } from "../skip-unless.ts";
import { areInstalled, programFolder, startProgram } from "./real-program.ts";

export type RealProxy = {
	readonly port: number;
	/** Of squid: the port that speaks TLS. */
	readonly securePort: number;
	/** Lines of squid's log: method and URL of each request. It writes them a moment later: waits for so many. */
	requests(count: number): Promise<readonly string[]>;
};

export type ProxySetting = {
	readonly program: "squid" | "tinyproxy" | "microsocks";
	/** Whether it wants the user `me` and the password `secret`. */
	readonly asks: boolean;
};

const areThere = areInstalled(["squid", "tinyproxy", "microsocks"]);

/** Why tests with real proxies are skipped here; false where they run. */
export const cannotProxy: string | false = skipUnless(areThere, "Debian's squid, tinyproxy and microsocks");

/** Looks at the log, 20 ms apart. */
const mostTries = 500;

export async function startProxy(context: TestContext, { program, asks }: ProxySetting): Promise<RealProxy> {
	const folder = programFolder(0o777);
	const port = await freePort();
	const securePort = program === "squid" ? await freePort() : 0;
	if (program === "squid") await configureSquid(folder, { port, securePort, asks });
	if (program === "tinyproxy") writeFileSync(join(folder, "conf"), tinyproxy(port, asks));
	const login = asks ? ["-u", "me", "-P", "secret"] : [];
	const args = {
		squid: ["-N", "-f", join(folder, "conf")],
		tinyproxy: ["-d", "-c", join(folder, "conf")],
		microsocks: ["-i", "127.0.0.1", "-p", String(port), ...login],
	}[program];
	await startProgram(context, { program, args, port, folder, tellsErrors: false, signal: "SIGKILL" });
	// A connection without a request, such as those that ask whether it listens, has a line too.
	const readLog = (): readonly string[] =>
		readFileSync(join(folder, "access"), "utf8")
			.split("\n")
			.filter((line) => line !== "" && !line.startsWith("- "));
	const requests = async (count: number): Promise<readonly string[]> => {
		for (let tries = 0; tries < mostTries && readLog().length < count; tries++) await wait(20);
		return readLog();
	};
	return { port, securePort, requests };
}

/** The password's digest is that of `openssl passwd -apr1 secret`. */
async function configureSquid(
	folder: string,
	{ port, securePort, asks }: { readonly port: number; readonly securePort: number; readonly asks: boolean },
): Promise<void> {
	const { certificate, key } = await createCertificate(["127.0.0.1"]);
	for (const [name, text] of [
		["cert", certificate],
		["key", key],
		["access", ""],
		["users", "me:$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ/\n"],
	] as const) {
		writeFileSync(join(folder, name), text);
		chmodSync(join(folder, name), 0o666);
	}
	const rules = asks
		? `auth_param basic program /usr/lib/squid/basic_ncsa_auth ${folder}/users
auth_param basic children 1
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all`
		: "http_access allow all";
	writeFileSync(
		join(folder, "conf"),
		`http_port 127.0.0.1:${port}
https_port 127.0.0.1:${securePort} tls-cert=${folder}/cert tls-key=${folder}/key
${rules}
cache deny all
cache_mem 8 MB
max_filedescriptors 1024
visible_hostname proxy.test
pinger_enable off
shutdown_lifetime 0 seconds
pid_filename none
coredump_dir none
logformat short %rm %ru
access_log stdio:${folder}/access short
cache_log ${folder}/log
`,
	);
}

function tinyproxy(port: number, asks: boolean): string {
	return `Port ${port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 50\nLogLevel Critical\n${asks ? "BasicAuth me secret\n" : ""}`;
}
