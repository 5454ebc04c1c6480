/** nginx with many small files, as a server that is faster than what is measured. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createCertificate } from "../src/origin/certificate.ts";
import { freePort } from "./free-port.ts";

export type Nginx = AsyncDisposable & {
	readonly port: number;
	/** A list of the URLs of all files. */
	readonly list: string;
	/** Requests answered so far, from nginx's own counter. */
	requests(): Promise<number>;
};

const program = "/usr/sbin/nginx";

export type NginxSetting = {
	/** With TLS, and HTTP/2 beside HTTP/1.1. */
	readonly tls?: boolean;
	/** What the list names instead of its own port: of somebody in between. */
	readonly listedPort?: number;
	/** More of what it answers, as its configuration says it. */
	readonly locations?: string;
};

/**
 * Two workers, keep-alive without limit, many file descriptors, no cache of open files.
 * @throws {Error} it is not installed or does not start
 */
export async function startNginx(
	folder: string,
	{ files, sizeBytes }: { readonly files: number; readonly sizeBytes: number },
	{ tls = false, listedPort, locations = "" }: NginxSetting = {},
): Promise<Nginx> {
	if (!existsSync(program)) throw new Error("nginx is not installed: apt-get install nginx-light");
	const port = await freePort();
	const root = join(folder, "www");
	// Started by root, its workers run as a user of their own.
	await chmod(folder, 0o755);
	await mkdir(root);
	const content = randomBytes(sizeBytes);
	const names = Array.from({ length: files }, (_, index) => `${String(index).padStart(6, "0")}.bin`);
	for (const name of names) await writeFile(join(root, name), content);
	const list = join(folder, "urls.txt");
	const place = `http${tls ? "s" : ""}://127.0.0.1:${listedPort ?? port}`;
	await writeFile(list, names.map((name) => `${place}/${name}\n`).join(""));
	const config = join(folder, "nginx.conf");
	const statusPort = tls ? await freePort() : port;
	if (tls) {
		const { certificate, key } = await createCertificate(["127.0.0.1"]);
		await writeFile(join(folder, "tls.pem"), `${certificate}\n${key}`);
	}
	await writeFile(config, configOf({ folder, root, port, locations, ...(tls && { statusPort }) }));
	const child = spawn(program, ["-c", config, "-e", join(folder, "error.log")], {
		stdio: ["ignore", "ignore", "inherit"],
	});
	const status = `http://127.0.0.1:${statusPort}/status`;
	await waitUntilItAnswers(status, child);
	return {
		port,
		list,
		async requests() {
			const text = await (await fetch(status)).text();
			return Number(/^ *\d+ +\d+ +(\d+)/m.exec(text)?.[1]);
		},
		async [Symbol.asyncDispose]() {
			const ended = once(child, "exit");
			child.kill("SIGTERM");
			await ended;
		},
	};
}

type Places = {
	readonly folder: string;
	readonly root: string;
	readonly port: number;
	readonly locations: string;
	/** With TLS: where its counters are without. */
	readonly statusPort?: number;
};

function configOf({ folder, root, port, locations, statusPort }: Places): string {
	const pem = join(folder, "tls.pem");
	const listens =
		statusPort === undefined
			? `listen 127.0.0.1:${port} backlog=4096;`
			: `listen 127.0.0.1:${statusPort};
		listen 127.0.0.1:${port} ssl http2 backlog=4096;
		ssl_certificate ${pem}; ssl_certificate_key ${pem};`;
	const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
	return `daemon off;
worker_processes 2;
worker_rlimit_nofile 65536;
pid ${folder}/nginx.pid;
events { worker_connections 4096; }
http {
	access_log off;
	sendfile on;
	tcp_nopush on;
	keepalive_requests 1000000000;
	keepalive_timeout 600s;
	${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join("\n\t")}
	server {
		${listens}
		root ${root};
		location = /status { stub_status; }
		${locations}
	}
}
`;
}

async function waitUntilItAnswers(url: string, child: ChildProcess): Promise<void> {
	while (child.exitCode === null) {
		const answered = await fetch(url).catch(() => undefined);
		if (answered?.ok) return;
		await wait(20);
	}
	throw new Error(`nginx ended with exit code ${child.exitCode}`);
}
