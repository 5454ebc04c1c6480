/** --deny-private: refused is the address that would be connected to, by whatever name or redirect it is reached. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { readProxies } from "../../src/core/proxy.ts";
import { freshFolder } from "../cli/fresh-folder.ts";
import { downspout } from "../cli/run-downspout.ts";
import { cannotServeNames, serveNames } from "../http/name-server.ts";
import { projectRoot } from "../project/source-files.ts";
import { byLine, runList } from "../run/run-list.ts";
import { serve } from "./serve.ts";

const hosts = `
127.0.0.1 2130706433 0x7f000001 0177.0.0.1 127.1 0 localhost deep.localhost localhost. 10.0.0.1 172.16.0.1 192.168.1.1
169.254.169.254 100.64.0.1 [::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [64:ff9b::127.0.0.1] [2002:7f00:1::] [fe80::1] [fd00:ec2::254]
`;

test("no spelling of an address that is not public is asked", async (context) => {
	const { port, requests } = await serve(context, (_, response) => response.end("text"));
	const list = hosts
		.trim()
		.split(/\s+/)
		.map((host, n) => `http://${host}:${port}/f${n}`);
	const { outcomes } = await runList(context, list.join("\n"), { options: { denyPrivate: true } });
	for (const { url, error, attempts } of outcomes) {
		assert.deepEqual([error?.code, attempts], ["denied_address", 1], url);
		assert.match(error?.message ?? "", /which is not public \(--deny-private\)/);
	}
	assert.equal(outcomes.length, list.length);
	assert.deepEqual(requests, []);
});

test("behind a proxy, addresses are judged and names are the proxy's; the proxy itself may be anywhere", async (context) => {
	// Takes every request in absolute form for its own.
	const { port, requests } = await serve(context, (_, response) => response.end("text"));
	const proxies = readProxies(`http://127.0.0.1:${port}`, {});
	const list = "http://a.test/f\nhttp://10.0.0.1/f\nhttp://[::1]/f\nhttp://localhost/f\nhttp://8.8.8.8/f";
	const options = { denyPrivate: true, ...(proxies && { proxies }) };
	const { outcomes } = await runList(context, list, { options });
	assert.deepEqual(
		byLine(outcomes).map(({ status, error }) => error?.code ?? status),
		["saved", "denied_address", "denied_address", "denied_address", "saved"],
	);
	assert.deepEqual(requests.map(({ path }) => path).sort(), ["http://8.8.8.8/f", "http://a.test/f"]);
});

test("a redirect that a proxy brings is judged too", async (context) => {
	const { port } = await serve(context, (_, response) =>
		response.writeHead(302, { location: "http://169.254.169.254/meta-data/" }).end(),
	);
	const proxies = readProxies(`http://127.0.0.1:${port}`, {});
	const { outcomes } = await runList(context, "http://a.test/f", {
		options: { denyPrivate: true, ...(proxies && { proxies }) },
	});
	assert.equal(outcomes[0]?.error?.code, "denied_address");
});

test("socks5 looks names up here, so they are judged", async (context) => {
	const proxies = readProxies("socks5://127.0.0.1:1", {});
	const { outcomes } = await runList(context, "http://localhost/f", {
		options: { denyPrivate: true, ...(proxies && { proxies }) },
	});
	assert.equal(outcomes[0]?.error?.code, "denied_address");
});

test("a name is judged by what it is looked up as", { skip: cannotServeNames }, async (context) => {
	const { port, requests } = await serve(context, (_, response) => response.end("text"));
	const { within } = await serveNames(context, () => ({ address: "127.0.0.1" }));
	const cwd = await freshFolder(context);
	const main = join(projectRoot, "src/cli/main.ts");
	const [file, ...before] = within;
	const args = [...before, process.execPath, main, `http://evil.here.test:${port}/f`, "--deny-private", "--json", "-q"];
	const { stdout } = await promisify(execFile)(file, args, { cwd }).catch(
		(error: { readonly stdout: string }) => error,
	);
	assert.deepEqual(JSON.parse(stdout).errors, { denied_address: 1 });
	assert.deepEqual(requests, []);
});

test("the option of the command line, and its end as exit 1", async (context) => {
	const { url, requests } = await serve(context, (_, response) => response.end("text"));
	const cwd = await freshFolder(context);
	for (const method of ["async", "threads", "processes"]) {
		const args = ["--deny-private", "--json", "-m", method, "--fresh"];
		const { code, stdout } = await downspout([`${url}/f`, ...args], { cwd });
		assert.deepEqual([code, JSON.parse(stdout).errors], [1, { denied_address: 1 }], method);
	}
	assert.deepEqual(requests, []);
});
