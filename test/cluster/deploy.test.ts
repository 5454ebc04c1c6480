/** The files of deploy/ say what Kubernetes, Compose and downspout itself understand. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { parseAllDocuments, parse as parseYaml } from "yaml";
import { parse } from "../../src/cli/flags.ts";
import { getShape } from "../../src/cli/get-shape.ts";
import { workerShape } from "../../src/cli/worker.ts";
import { descendantsOf } from "../kill/process-tree.ts";
import { projectRoot } from "../project/source-files.ts";
import { skipUnless } from "../skip-unless.ts";
import { startRedis } from "./redis-server.ts";

const read = (name: string): Promise<string> => readFile(`${projectRoot}deploy/${name}`, "utf8");

/** What a container is started with, as the command line would read it. */
function expectCommand([command = "", ...args]: readonly string[]): void {
	assert.match(command, /^(get|worker)$/);
	assert(parse(command === "get" ? getShape : workerShape, args));
}

test("kubernetes.yaml fits the schemas of Kubernetes, and its containers' options are downspout's", async () => {
	const documents = parseAllDocuments(await read("kubernetes.yaml")).map((one) => one.toJS());
	assert.equal(documents.length, 5);
	for (const document of documents) {
		const models = await import(`kubernetes-models/${document.apiVersion}/${document.kind}`);
		new models[document.kind](document).validate();
		assert.throws(() => new models[document.kind]({ ...document, spec: "nonsense" }).validate(), /spec/);
		for (const { name, args } of document.spec.template?.spec.containers ?? [])
			if (name !== "redis") expectCommand(args);
	}
	const [worker] = documents.filter(({ metadata }) => metadata.name === "downspout-worker");
	assert(worker.spec.template.spec.terminationGracePeriodSeconds > 30, "longer than --drain");
});

test("compose.yaml starts what downspout understands", async () => {
	const { services } = parseYaml(await read("compose.yaml"), { merge: true });
	for (const name of ["worker", "coordinator"]) {
		expectCommand(services[name].command);
		assert.equal(services[name].build.dockerfile, "deploy/Dockerfile");
	}
	assert.equal(services.worker.stop_grace_period, "35s");
});

test("the image runs as nobody in particular, and its command is process 1 itself", async () => {
	const lines = (await read("Dockerfile")).split("\n");
	assert(lines.includes("USER node"));
	assert(lines.includes('ENTRYPOINT ["downspout"]'));
});

const canUnshare = process.platform === "linux" && process.getuid?.() === 0;

/** As in a container: a namespace in which it is process 1, to which signals mean nothing that it does not listen for. */
function startAsFirst(context: TestContext, args: readonly string[]): ChildProcess {
	const command = ["--pid", "--fork", "--mount-proc", "--kill-child", process.execPath, "src/cli/main.ts", ...args];
	const child = spawn("unshare", command, { cwd: projectRoot, stdio: ["ignore", "ignore", "pipe"] });
	context.after(() => void child.kill("SIGKILL"));
	return child;
}

test("as process 1 a worker hears SIGTERM, and leaves in order", {
	timeout: 60_000,
	skip: skipUnless(canUnshare, "Linux, as root"),
}, async (context) => {
	const folder = await mkdtemp(join(tmpdir(), "downspout-deploy-"));
	context.after(() => rm(folder, { recursive: true, force: true }));
	const { url } = await startRedis(context);
	const child = startAsFirst(context, ["worker", "--redis", url, "--sink", folder]);
	let words = "";
	child.stderr?.setEncoding("utf8");
	for await (const text of child.stderr ?? []) {
		words += text;
		if (!words.includes("ready:")) continue;
		const [first] = descendantsOf(child.pid ?? 0);
		assert(first !== undefined);
		process.kill(first, "SIGTERM");
		break;
	}
	if (child.exitCode === null) await once(child, "exit");
	assert.equal(child.exitCode, 0, words);
});
