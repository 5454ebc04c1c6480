/** Through a proxy on this machine: downspout beside `curl -Z -x`, on the same list from nginx. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { compareWithCurl } from "./beside-curl.ts";
import { freePort } from "./free-port.ts";
import { freshFolder } from "./fresh-folder.ts";
import { startNginx } from "./nginx.ts";

const { values } = parseArgs({
	options: {
		program: { type: "string", default: "squid" },
		files: { type: "string", default: "20000" },
		rounds: { type: "string", default: "5" },
		concurrency: { type: "string", default: "32" },
		method: { type: "string", default: "auto" },
	},
});

await using folder = await freshFolder("proxy");
await using nginx = await startNginx(folder.path, { files: Number(values.files), sizeBytes: 10 * 1024 });
await using proxy = await startProxy(folder.path);
process.stdout.write(
	await compareWithCurl({
		folder: folder.path,
		list: nginx.list,
		rounds: Number(values.rounds),
		concurrency: Number(values.concurrency),
		curl: ["--proxy", proxy.url],
		downspout: { downspout: ["--proxy", proxy.url, "--method", values.method] },
	}),
);

/** @throws {Error} it is not installed, or does not start. */
async function startProxy(parent: string): Promise<AsyncDisposable & { readonly url: string }> {
	const path = [`/usr/sbin/${values.program}`, `/usr/bin/${values.program}`].find((one) => existsSync(one));
	if (!path) throw new Error(`${values.program} is not installed: apt-get install squid tinyproxy-bin`);
	const port = await freePort();
	const config = join(parent, "proxy.conf");
	// Started by root, squid works as a user of its own.
	await chmod(parent, 0o777);
	const isSquid = values.program === "squid";
	await writeFile(
		config,
		isSquid
			? `http_port 127.0.0.1:${port}\nhttp_access allow all\ncache deny all\naccess_log none\ncache_log /dev/null
max_filedescriptors 4096\npinger_enable off\nshutdown_lifetime 0 seconds\npid_filename none\ncoredump_dir none
visible_hostname proxy.test\n`
			: `Port ${port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 200\nLogLevel Critical\n`,
	);
	const child = spawn(path, isSquid ? ["-N", "-f", config] : ["-d", "-c", config], { stdio: "ignore" });
	const ended = once(child, "exit");
	while (!(await answers(port))) {
		if (child.exitCode !== null) throw new Error(`${values.program} ended with exit code ${child.exitCode}`);
		await wait(50);
	}
	return {
		url: `http://127.0.0.1:${port}`,
		async [Symbol.asyncDispose]() {
			child.kill("SIGKILL");
			await ended;
		},
	};
}

async function answers(port: number): Promise<boolean> {
	const socket = connect(port, "127.0.0.1");
	const isThere = await once(socket, "connect").then(
		() => true,
		() => false,
	);
	socket.destroy();
	return isThere;
}
